internal import CDCMTK
public import Foundation

/// Another program that takes objects over the network (PS3.7, C-STORE).
public struct StoragePeer: Hashable, Sendable, Codable {
  /// Its host name or address.
  public var host: String
  /// Its port.
  public var port: UInt16
  /// Its application entity title.
  public var title: String
  /// What encrypts connections to it; `nil` where they are plain.
  public var security: TransportSecurity?

  private enum CodingKeys: String, CodingKey {
    case host, port, title
    case security = "tls"
  }

  /// A peer.
  public init(host: String, port: UInt16, title: String, security: TransportSecurity? = nil) {
    self.host = host
    self.port = port
    self.title = title
    self.security = security
  }

  /// Sends files; returns when the peer has all of them.
  /// - Parameters:
  ///   - files: DICOM files.
  ///   - title: Our own application entity title.
  ///   - seconds: How long an answer is waited for.
  /// - Throws: ``StorageError``.
  public func send(
    _ files: [URL],
    from title: String,
    seconds: Int = 60
  ) throws(StorageError) {
    var message = cdcmtk_message()
    let status = withCStrings(files.map(\.path)) { paths in
      asPeer(from: title, seconds: seconds) {
        cdcmtk_send($0, paths.baseAddress, paths.count, &message)
      }
    }
    guard status == CDCMTK_OK else { throw .notSent(peer: self.title, reason: text(message)) }
  }

  /// Asks the peer whether it answers (C-ECHO).
  /// - Throws: ``StorageError``.
  public func echo(from title: String, seconds: Int = 10) throws(StorageError) {
    var message = cdcmtk_message()
    let status = asPeer(from: title, seconds: seconds) { cdcmtk_echo($0, &message) }
    guard status == CDCMTK_OK else { throw .notSent(peer: self.title, reason: text(message)) }
  }

  private func asPeer<Result>(
    from calling: String,
    seconds: Int,
    _ body: (UnsafePointer<cdcmtk_peer>) -> Result
  ) -> Result {
    withCStrings([host, title, calling]) { texts in
      withOptions(of: security) { tls in
        var peer = cdcmtk_peer(
          host: texts[0],
          port: port,
          called: texts[1],
          calling: texts[2],
          seconds: UInt32(clamping: seconds),
          tls: tls
        )
        return body(&peer)
      }
    }
  }
}

/// Why objects could not be taken or sent.
public enum StorageError: Error, Hashable {
  /// The peer did not take all objects; the library's words.
  case notSent(peer: String, reason: String)
  /// The listener stopped; the library's words.
  case notListening(port: UInt16, reason: String)
  /// Certificate, key and authorities cannot be used; the library's words.
  case notSecure(reason: String)
}

extension StorageError: CustomStringConvertible {
  /// One sentence: what, and why.
  public var description: String {
    switch self {
    case .notSent(let peer, let reason): "\(peer) did not take the objects: \(reason)."
    case .notListening(let port, let reason): "Nothing listens on port \(port): \(reason)."
    case .notSecure(let reason): "Connections cannot be encrypted: \(reason)."
    }
  }
}

/// Pointers to texts as C has them, while the body runs.
func withCStrings<Result>(
  _ texts: [String],
  _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  let copies = texts.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return copies.map { copy in copy.map { UnsafePointer($0) } }.withUnsafeBufferPointer(body)
}

/// A message's text.
func text(_ message: cdcmtk_message) -> String {
  withUnsafeBytes(of: message.text) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
