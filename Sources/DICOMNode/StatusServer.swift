internal import Foundation

/// Answers GET /health and GET /metrics on this machine; nothing else can be asked or told.
struct StatusServer {
  private let status: NodeStatus
  private let port: UInt16

  init(_ status: NodeStatus, port: UInt16) {
    self.status = status
    self.port = port
  }

  /// Listens on a thread of its own.
  /// - Throws: ``StatusServerError`` where the port is taken.
  func start() throws(StatusServerError) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard server >= 0 else { throw .portTaken(port) }
    var yes: Int32 = 1
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    // Children do not keep the port when the node is gone.
    _ = fcntl(server, F_SETFD, FD_CLOEXEC)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, listen(server, 16) == 0 else {
      close(server)
      throw .portTaken(port)
    }
    let status = status
    Thread.detachNewThread {
      while true {
        let peer = accept(server, nil, nil)
        guard peer >= 0 else {
          Thread.sleep(forTimeInterval: 0.1)
          continue
        }
        Self.answer(peer, status)
        close(peer)
      }
    }
  }

  /// Reads one request, a few kilobytes within two seconds, and answers it.
  private static func answer(_ peer: Int32, _ status: NodeStatus) {
    _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
    var time = timeval(tv_sec: 2, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(peer, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
    var request: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 2048)
    while request.count < 8192, !request.contains(0x0A) {
      let count = recv(peer, &buffer, buffer.count, 0)
      guard count > 0 else { return }
      request += buffer[..<count]
    }
    let line = String(decoding: request.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    let response = Array(Self.response(to: line, status).utf8)
    _ = send(peer, response, response.count, Int32(MSG_NOSIGNAL))
  }

  private static func response(to line: String, _ status: NodeStatus) -> String {
    func text(_ code: String, _ body: String) -> String {
      """
      HTTP/1.1 \(code)\r
      Content-Type: text/plain; charset=utf-8\r
      Content-Length: \(body.utf8.count)\r
      Connection: close\r
      \r
      \(body)
      """
    }
    let words = line.split(separator: " ")
    guard words.count == 3, words[0] == "GET" else {
      return text("405 Method Not Allowed", "GET is all that is answered\n")
    }
    switch words[1] {
    case "/health":
      let health = status.health(now: Date().timeIntervalSince1970)
      return text(health.isGood ? "200 OK" : "503 Service Unavailable", health.text + "\n")
    case "/metrics": return text("200 OK", status.metrics)
    default: return text("404 Not Found", "/health and /metrics are all that is here\n")
    }
  }
}

/// Why there is no page of health and metrics.
enum StatusServerError: Error, Hashable {
  /// The port cannot be had.
  case portTaken(UInt16)
}

extension StatusServerError: CustomStringConvertible {
  /// One sentence: what, and what was expected.
  var description: String {
    switch self {
    case .portTaken(let port): "Port \(port) is taken; statusPort needs one that is free."
    }
  }
}
