import ArgumentParser
import DICOMStudies
import Foundation

/// `delineate send`: DICOM files to a peer.
struct SendCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send",
    abstract: "Send DICOM files to a peer (C-STORE).",
    discussion: """
      With a certificate, its key and the authorities' certificates (PEM files) the connection is \
      encrypted, and the peer must show a certificate of those authorities.

      EXAMPLES
        delineate send rtstruct.dcm --host pacs.example.org --port 104 --called PACS
        delineate send rtstruct.dcm --host pacs.example.org --port 2762 --called PACS \\
          --tls-certificate ours.pem --tls-key ours.key --tls-authorities hospital.pem
      """
  )

  @Argument(help: "The files.", completion: .file(extensions: ["dcm"]))
  var files: [String]

  @Option(help: "The peer's host name or address.")
  var host: String

  @Option(help: "The peer's port.")
  var port: UInt16

  @Option(help: "The peer's application entity title.")
  var called: String

  @Option(help: "Our application entity title.")
  var calling = "DELINEATE"

  @OptionGroup(title: "Encryption") var encryption: EncryptionArguments

  func validate() throws {
    guard !files.isEmpty else { throw ValidationError("At least one file is expected.") }
    for title in [called, calling] where !(1...16).contains(title.utf8.count) {
      throw ValidationError("An application entity title has 1 to 16 characters.")
    }
  }

  func run() throws {
    for file in files where !FileManager.default.fileExists(atPath: file) {
      throw CommandError.missing(file)
    }
    try encryption.security?.check()
    try StoragePeer(host: host, port: port, title: called, security: encryption.security)
      .send(files.map { URL(filePath: $0) }, from: calling)
    print("\(called) took \(files.count) object\(files.count == 1 ? "" : "s")")
  }
}

/// What encrypts a connection: all three files or none.
struct EncryptionArguments: ParsableArguments {
  @Option(help: "Our certificate; encrypts the connection (TLS).", completion: .file())
  var tlsCertificate: String?

  @Option(help: "Its private key, without a password.", completion: .file())
  var tlsKey: String?

  @Option(help: "The certificates of the authorities that are trusted.", completion: .file())
  var tlsAuthorities: String?

  func validate() throws {
    let given = [tlsCertificate, tlsKey, tlsAuthorities].count { $0 != nil }
    guard given == 0 || given == 3 else {
      throw ValidationError(
        "--tls-certificate, --tls-key and --tls-authorities are expected together."
      )
    }
  }

  /// `nil` for a plain connection.
  var security: TransportSecurity? {
    guard let tlsCertificate, let tlsKey, let tlsAuthorities else { return nil }
    return TransportSecurity(
      certificate: tlsCertificate,
      key: tlsKey,
      authorities: tlsAuthorities
    )
  }
}
