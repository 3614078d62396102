import ArgumentParser
import DICOMNode
import DICOMStudies
import Foundation

/// `delineate node`: takes studies over the network, contours them, sends structure sets back.
struct NodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node",
    abstract: "Take studies from DICOM peers, contour them by rules, send structure sets back.",
    discussion: """
      Listens for C-ECHO and C-STORE, keeps what it takes in a queue on the disk, segments each study \
      by the first rule that fits, and sends the RT structure set by C-STORE. It may be killed at any \
      moment: started again, it goes on where it was. A qualified person must check every contour.

      With "tls" it takes encrypted calls only, from peers that show a certificate of the authorities \
      named there; a peer's own "tls" encrypts what is sent to it.

      The configuration is one JSON object:
        {"title": "DELINEATE", "port": 11112, "queue": "/var/lib/delineate",
         "callers": ["CT_SCANNER"],
         "peers": [{"title": "PACS", "host": "10.0.0.5", "port": 104}],
         "rules": [{"name": "head and neck", "modality": "CT", "description": "*neck*",
                    "model": "hn-ct", "sendTo": "PACS"}]}

      EXAMPLES
        delineate node --config node.json
        delineate node --config node.json --check
      """
  )

  @Option(help: "The configuration.", completion: .file(extensions: ["json"]))
  var config: String

  @Flag(help: "Only read the configuration, and ask each peer whether it answers.")
  var check = false

  func run() throws {
    guard FileManager.default.fileExists(atPath: config) else {
      throw CommandError.missing(config)
    }
    guard check else {
      let program = try ownProgram()
      return try Node(configuration: URL(filePath: config), program: program).run()
    }
    let configuration = try NodeConfiguration(json: Data(contentsOf: URL(filePath: config)))
    try configuration.checkSecurity()
    for peer in configuration.peers {
      try peer.echo(from: configuration.title)
      print("\(peer.title) answers at \(peer.host), port \(peer.port)")
    }
    print("The configuration is sound: \(configuration.rules.count) rules")
  }

  /// This program's file.
  private func ownProgram() throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    else { return CommandLine.arguments[0] }
    return path
  }
}

/// The part of a node that talks to peers, in a process of its own.
struct NodeListener: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node-listener",
    abstract: "Listen for a node.",
    shouldDisplay: false
  )

  @Option(help: "The node's configuration.")
  var config: String

  func run() throws {
    let configuration = try NodeConfiguration(json: Data(contentsOf: URL(filePath: config)))
    let queue = URL(filePath: configuration.queue)
    try StorageListener(
      title: configuration.title,
      port: configuration.port,
      callers: configuration.callers,
      folder: queue.appending(path: "incoming"),
      full: queue.appending(path: "full"),
      associations: configuration.associations ?? 8,
      security: configuration.tls
    ).run()
  }
}
