import Foundation
import TestSupport
import Testing

/// The node with encrypted connections, beside DCMTK's programs with TLS.
@Suite(
  "The node behind TLS",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)"),
  .enabled(if: DICOMPrograms.areThere, "DCMTK's programs are not installed (apt: dcmtk)"),
  .enabled(if: DICOMPrograms.place(of: "openssl") != nil, "openssl is not installed (apt: openssl)")
)
struct NodeSecurityTests {
  private let place: NodeWorkplace

  init() throws {
    place = try NodeWorkplace(caller: "SCANNER", answering: "PACS")
    try authority("authority")
    try authority("stranger")
    for name in ["node", "scanner", "pacs"] { try certificate(name) }
    // Node and receiver both speak TLS.
    let file = place.work.appending(path: "node.json")
    var json = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
    )
    let tls = ["certificate": "node.pem", "key": "node.key", "authorities": "authority.pem"]
    json["tls"] = tls
    var peer = try #require((json["peers"] as? [[String: Any]])?.first)
    peer["tls"] = tls
    json["peers"] = [peer]
    try JSONSerialization.data(withJSONObject: json).write(to: file)
  }

  private func openssl(_ arguments: String) throws {
    #expect(try place.run("openssl", arguments) == 0, "\(arguments)")
  }

  /// A certificate that signs itself.
  private func authority(_ name: String) throws {
    try openssl(
      "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=\(name) -keyout \(name).key "
        + "-out \(name).pem"
    )
  }

  /// A certificate of the authority.
  private func certificate(_ name: String) throws {
    try openssl(
      "req -newkey rsa:2048 -nodes -subj /CN=\(name) -keyout \(name).key -out \(name).csr"
    )
    try openssl(
      "x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 "
        + "-out \(name).pem"
    )
  }

  private func call(_ program: String, as name: String, _ rest: String = "") throws -> Int32 {
    let security = name.isEmpty ? "" : "+tls \(name).key \(name).pem +cf authority.pem "
    return try place.run(
      program,
      security + "-to 5 -aet SCANNER -aec NODE 127.0.0.1 \(place.ports.node)" + rest
    )
  }

  @Test("Peers with the authority's certificate are served, encrypted both ways, and no others")
  func study() throws {
    let node = try place.node()
    defer {
      node.process.terminate()
      node.process.waitUntilExit()
    }
    let receiver = try place.start(
      "storescp",
      "+tls pacs.key pacs.pem +cf authority.pem -aet PACS -od received \(place.ports.receiver)"
    )
    defer {
      kill(receiver.processIdentifier, SIGKILL)
      receiver.waitUntilExit()
    }
    #expect(try place.wait { try call("echoscu", as: "scanner") == 0 })
    #expect(try call("echoscu", as: "") != 0, "a plain call")
    #expect(try call("echoscu", as: "stranger") != 0, "a certificate of its own")
    #expect(try call("storescu", as: "scanner", " +sd ct") == 0)
    #expect(try place.wait { try place.received().count == 1 })
    #expect(try call("echoscu", as: "scanner") == 0)

    // Whom the receiver does not know it does not take from; whom we do not know gets nothing.
    let answer = try place.received()[0]
    let sending = [
      "send", "received/\(answer)", "--host", "127.0.0.1", "--port", "\(place.ports.receiver)",
      "--called", "PACS",
    ]
    for (name, authority, isTaken) in [
      ("scanner", "authority", true), ("stranger", "authority", false),
      ("scanner", "stranger", false), ("", "", false),
    ] {
      let encryption = [
        "--tls-certificate", "\(name).pem", "--tls-key", "\(name).key", "--tls-authorities",
        "\(authority).pem",
      ]
      let outcome = try CommandLineProgram.run(
        sending + (name.isEmpty ? [] : encryption),
        in: place.work
      )
      #expect((outcome.status == 0) == isTaken, "\(name) \(authority): \(outcome.errors)")
      #expect(outcome.errorLines.count == (isTaken ? 0 : 1))
    }
  }

  @Test("Files that encrypt nothing are refused before anything is sent or heard")
  func refusals() throws {
    let sending = [
      "send", "ct/1.dcm", "--host", "127.0.0.1", "--port", "1", "--called", "PACS",
      "--tls-authorities", "authority.pem",
    ]
    for (certificate, key, words) in [
      ("absent.pem", "node.key", "absent.pem"), ("node.pem", "pacs.key", "does not belong"),
      ("node.json", "node.key", "node.json"),
    ] {
      let outcome = try CommandLineProgram.run(
        sending + ["--tls-certificate", certificate, "--tls-key", key],
        in: place.work
      )
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.count == 1 && outcome.errors.contains(words), "\(outcome.errors)")
    }
    try FileManager.default.removeItem(at: place.work.appending(path: "node.key"))
    let node = try CommandLineProgram.run(["node", "--config", "node.json"], in: place.work)
    #expect(node.status == 1)
    #expect(node.errors.contains("node.key"), "\(node.errors)")
  }
}
