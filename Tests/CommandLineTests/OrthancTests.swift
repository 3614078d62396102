import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

/// The node beside Orthanc, which sends it a study and gets the structure set.
@Suite(
  "The node and Orthanc",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)"),
  .enabled(
    if: Orthanc.program != nil,
    "Orthanc is not there (Scripts/test_peers.sh, or ORTHANC=program)"
  )
)
struct OrthancTests {
  @Test("A study that Orthanc sends comes back to it as a structure set, once")
  func roundTrip() throws {
    let place = try NodeWorkplace(caller: "ORTHANC", answering: "ORTHANC")
    let http = place.ports.status + 1
    let json = """
      {"Name": "test", "HttpPort": \(http), "DicomPort": \(place.ports.receiver),
       "DicomAet": "ORTHANC", "DicomAlwaysAllowStore": true, "RemoteAccessAllowed": false,
       "AuthenticationEnabled": false, "StorageDirectory": "orthanc", "IndexDirectory": "orthanc",
       "DicomModalities": {"node": ["NODE", "127.0.0.1", \(place.ports.node)]}}
      """
    try Data(json.utf8).write(to: place.work.appending(path: "orthanc.json"))
    let orthanc = Process()
    orthanc.executableURL = Orthanc.program
    orthanc.arguments = ["orthanc.json"]
    orthanc.currentDirectoryURL = place.work
    orthanc.standardOutput = FileHandle.nullDevice
    orthanc.standardError = FileHandle.nullDevice
    try orthanc.run()
    defer {
      // A thread pool's threads block SIGTERM, and what they start inherits that.
      kill(orthanc.processIdentifier, SIGKILL)
      orthanc.waitUntilExit()
    }
    let node = try place.node()
    defer {
      node.process.terminate()
      node.process.waitUntilExit()
    }
    let server = Orthanc(port: UInt16(http))
    #expect(try place.wait { server.get("/system").contains("\"Name\"") })
    for number in 1...6 {
      let slice = try Data(contentsOf: place.work.appending(path: "ct/\(number).dcm"))
      #expect(server.post("/instances", Array(slice)).contains("Success"))
    }
    let study = try #require(server.list("/studies").first)
    #expect(try place.wait { place.page("/health") == "ok\n" })
    // The node's page is there before its listener is.
    #expect(
      try place.wait {
        !server.post("/modalities/node/store", Array(study.utf8)).contains("Error")
      }
    )
    func modalities() -> [String] {
      server.list("/series").map { series in
        server.get("/series/\(series)").contains("\"RTSTRUCT\"") ? "RTSTRUCT" : "CT"
      }.sorted()
    }
    #expect(try place.wait { modalities() == ["CT", "RTSTRUCT"] })
    #expect(server.list("/studies").count == 1, "it belongs to the same study")
    // Orthanc sends all again, its new structure set too: that is no new scan.
    _ = server.post("/modalities/node/store", Array(study.utf8))
    Thread.sleep(forTimeInterval: 3)
    #expect(modalities() == ["CT", "RTSTRUCT"])
  }
}

/// An Orthanc's REST interface.
struct Orthanc {
  let port: UInt16

  /// The program: ORTHANC, or where `./do test` or Debian puts it.
  static let program: URL? = {
    let named = ProcessInfo.processInfo.environment["ORTHANC"]
    let checkout = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let unpacked = checkout.appending(path: ".deps/orthanc/orthanc").path
    return [named, unpacked, "/usr/sbin/Orthanc", "/usr/local/sbin/Orthanc"].compactMap(\.self)
      .first { FileManager.default.isExecutableFile(atPath: $0) }.map { URL(filePath: $0) }
  }()

  func get(_ path: String) -> String { ask("GET \(path) HTTP/1.0\r\n\r\n", []) }

  func post(_ path: String, _ body: [UInt8]) -> String {
    ask("POST \(path) HTTP/1.0\r\nContent-Length: \(body.count)\r\n\r\n", body)
  }

  /// The identifiers that a path lists.
  func list(_ path: String) -> [String] {
    let json = try? JSONSerialization.jsonObject(with: Data(get(path).utf8))
    return json as? [String] ?? []
  }

  private func ask(_ head: String, _ body: [UInt8]) -> String {
    let answer = DICOMPrograms.exchange(Array(head.utf8) + body, withPort: port)
    return String(decoding: answer, as: UTF8.self)
      .components(separatedBy: "\r\n\r\n").dropFirst().joined()
  }
}
