internal import CCrypto
public import Foundation

/// SHA-256 digests (FIPS 180-4) by OpenSSL.
public enum SHA256 {
  /// The digest of a file, which is read a piece at a time.
  /// - Returns: 64 lowercase hexadecimal digits.
  public static func hexDigest(ofFile url: URL) throws(ArchiveError) -> String {
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      let state = DigestState()
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { state.update(piece) }
      return state.hexDigits
    } catch {
      throw .unreadable(file: url.lastPathComponent, reason: error.localizedDescription)
    }
  }

  /// The digest of bytes.
  /// - Returns: 64 lowercase hexadecimal digits.
  public static func hexDigest(of data: Data) -> String {
    let state = DigestState()
    state.update(data)
    return state.hexDigits
  }
}

/// OpenSSL's context, freed with its owner.
private final class DigestState {
  private let context = EVP_MD_CTX_new()

  init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ data: Data) {
    data.withUnsafeBytes { buffer in
      _ = EVP_DigestUpdate(context, buffer.baseAddress, buffer.count)
    }
  }

  /// Ends the digest.
  var hexDigits: String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return digest.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
