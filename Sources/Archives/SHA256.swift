internal import CCrypto
public import Foundation

/// SHA-256 digests (FIPS 180-4) by OpenSSL.
public enum SHA256 {
  /// The digest of a file, which is read a piece at a time.
  /// - Returns: 64 lowercase hexadecimal digits.
  public static func hexDigest(ofFile url: URL) throws(ArchiveError) -> String {
    hexDigest(of: try mappedContents(of: url))
  }

  /// The digest of bytes.
  /// - Returns: 64 lowercase hexadecimal digits.
  public static func hexDigest(of data: Data) -> String {
    let context = EVP_MD_CTX_new()
    defer { EVP_MD_CTX_free(context) }
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
    data.withUnsafeBytes { buffer in
      _ = EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
