internal import CDCMTK

/// Who we are where connections are encrypted (TLS 1.2 or later), and whom we trust.
///
/// Both sides show a certificate; a peer whose certificate is not from one of the authorities is
/// refused. All files are PEM.
/// - SeeAlso: DICOM PS3.15, B.12: Non-Downgrading BCP 195 TLS Secure Transport Connection Profile.
public struct TransportSecurity: Hashable, Sendable, Codable {
  /// The file of our certificate, and of those between it and its authority.
  public var certificate: String
  /// The file of its private key, without a password.
  public var key: String
  /// The file of the authorities' certificates.
  public var authorities: String

  /// Security by files.
  public init(certificate: String, key: String, authorities: String) {
    self.certificate = certificate
    self.key = key
    self.authorities = authorities
  }

  /// Checks that the files are there and belong together.
  /// - Throws: ``StorageError/notSecure(reason:)``.
  public func check() throws(StorageError) {
    var message = cdcmtk_message()
    let status = withOptions { cdcmtk_check_tls($0, &message) }
    guard status == CDCMTK_OK else { throw .notSecure(reason: text(message)) }
  }

  /// The files as the library takes them, while the body runs.
  func withOptions<Result>(_ body: (UnsafePointer<cdcmtk_tls>) -> Result) -> Result {
    withCStrings([certificate, key, authorities]) { files in
      var options = cdcmtk_tls(certificate: files[0], key: files[1], authorities: files[2])
      return body(&options)
    }
  }
}

/// Options for the library, or none, while the body runs.
func withOptions<Result>(
  of security: TransportSecurity?,
  _ body: (UnsafePointer<cdcmtk_tls>?) -> Result
) -> Result {
  guard let security else { return body(nil) }
  return security.withOptions { body($0) }
}
