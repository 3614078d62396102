internal import CCrypto
public import Foundation

/// A secret of 256 bits: who has it can undo what was done with it.
public struct SecretKey: Sendable {
  private let bytes: [UInt8]

  /// A new key, from the system's random numbers.
  public init() {
    var generator = SystemRandomNumberGenerator()
    bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  /// A key as a file holds it: 64 hexadecimal digits, blanks around them.
  /// - Returns: `nil` where the text is another.
  public init?(text: String) {
    let digits = Array(text.trimmingCharacters(in: .whitespacesAndNewlines).utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 0, to: 64, by: 2) {
      let pair = digits[place..<place + 2]
      guard pair.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
        let byte = UInt8(String(decoding: pair, as: UTF8.self), radix: 16)
      else { return nil }
      bytes.append(byte)
    }
    self.bytes = bytes
  }

  /// The key as a file holds it.
  public var text: String {
    bytes.map { String(UInt16($0) + 0x100, radix: 16).suffix(2) }.joined()
  }

  /// 32 bytes that follow from the key and a text, and tell nothing of either (HMAC-SHA-256).
  public func code(of text: String) -> [UInt8] {
    let message = Array(text.utf8)
    var code = [UInt8](repeating: 0, count: 32)
    var size: UInt32 = 0
    _ = HMAC(EVP_sha256(), bytes, Int32(bytes.count), message, message.count, &code, &size)
    return code
  }

  /// The bytes in an envelope that only the key opens: CMS EnvelopedData, AES-256 in CBC mode, with
  /// its key wrapped by this one (RFC 5652, 6.2.3).
  /// - Throws: ``EnvelopeError``.
  public func sealed(_ content: Data) throws(EnvelopeError) -> Data {
    let input = Self.stream(content)
    defer { BIO_free(input) }
    let flags = UInt32(CMS_BINARY)
    guard let envelope = CMS_encrypt(nil, input, EVP_aes_256_cbc(), flags | UInt32(CMS_PARTIAL))
    else { throw .failed }
    defer { CMS_ContentInfo_free(envelope) }
    let secret = code(of: "envelope")
    let name = Array(code(of: "name").prefix(16))
    // The envelope frees both.
    guard let ownSecret = CRYPTO_memdup(secret, secret.count, "", 0),
      let ownName = CRYPTO_memdup(name, name.count, "", 0)
    else { throw .failed }
    guard
      CMS_add0_recipient_key(
        envelope,
        NID_id_aes256_wrap,
        ownSecret.assumingMemoryBound(to: UInt8.self),
        secret.count,
        ownName.assumingMemoryBound(to: UInt8.self),
        name.count,
        nil,
        nil,
        nil
      ) != nil,
      CMS_final(envelope, input, nil, flags) == 1
    else { throw .failed }
    let output = BIO_new(BIO_s_mem())
    defer { BIO_free(output) }
    guard i2d_CMS_bio(output, envelope) == 1 else { throw .failed }
    return Self.contents(of: output)
  }

  /// What an envelope holds.
  /// - Throws: ``EnvelopeError`` where another key closed it, or it is damaged.
  public func opened(_ envelope: Data) throws(EnvelopeError) -> Data {
    let input = Self.stream(envelope)
    defer { BIO_free(input) }
    guard let parsed = d2i_CMS_bio(input, nil) else { throw .damaged }
    defer { CMS_ContentInfo_free(parsed) }
    var secret = code(of: "envelope")
    guard CMS_decrypt_set1_key(parsed, &secret, secret.count, nil, 0) == 1 else {
      throw .otherKey
    }
    let output = BIO_new(BIO_s_mem())
    defer { BIO_free(output) }
    guard CMS_decrypt(parsed, nil, nil, nil, output, 0) == 1 else { throw .damaged }
    return Self.contents(of: output)
  }

  /// A stream of bytes that it owns.
  private static func stream(_ data: Data) -> OpaquePointer? {
    let stream = BIO_new(BIO_s_mem())
    data.withUnsafeBytes { buffer in
      _ = BIO_write(stream, buffer.baseAddress, Int32(clamping: buffer.count))
    }
    return stream
  }

  private static func contents(of stream: OpaquePointer?) -> Data {
    var result = Data()
    var piece = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = BIO_read(stream, &piece, Int32(piece.count))
      guard count > 0 else { return result }
      result.append(contentsOf: piece[..<Int(count)])
    }
  }
}

/// Why an envelope cannot be made or opened.
public enum EnvelopeError: Error, Hashable {
  /// OpenSSL cannot make it.
  case failed
  /// It is no envelope, or not a whole one.
  case damaged
  /// Another key closed it.
  case otherKey
}

extension EnvelopeError: CustomStringConvertible {
  /// One sentence: what.
  public var description: String {
    switch self {
    case .failed: "The original attributes could not be encrypted."
    case .damaged: "The encrypted attributes are damaged."
    case .otherKey: "The attributes were encrypted with another key."
    }
  }
}
