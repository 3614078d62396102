import Archives
import Foundation
import Testing

@Suite("Secret keys")
struct SecretKeyTests {
  @Test("A key is written and read; codes are HMAC-SHA-256 (RFC 4231's way)")
  func codes() throws {
    let digits = String(repeating: "0b", count: 32)
    let key = try #require(SecretKey(text: " \(digits)\n"))
    #expect(key.text == digits)
    #expect(SecretKey().text != SecretKey().text)
    // By Python: hmac.new(b"\x0b" * 32, b"Hi There", "sha256")
    let expected = "198a607eb44bfbc69903a0f1cf2bbdc5ba0aa3f3d9ae3c1c7a3b1696a0b68cf7"
    let code = key.code(of: "Hi There").map { String(UInt16($0) + 0x100, radix: 16).suffix(2) }
    #expect(code.joined() == expected)
    for text in ["", "0b", digits + "0", digits.dropLast() + "g", digits.dropLast(2) + "+1"] {
      #expect(SecretKey(text: text) == nil, "\(text)")
    }
  }

  @Test(
    "Only the key opens an envelope, and not a damaged one",
    arguments: [0, 1, 15, 16, 100_000]
  )
  func envelopes(size: Int) throws {
    let key = SecretKey()
    let content = Data((0..<size).map { UInt8(truncatingIfNeeded: $0) })
    let sealed = try key.sealed(content)
    #expect(try key.opened(sealed) == content)
    #expect(try key.sealed(content) != sealed, "each has a key of its own")
    #expect(throws: EnvelopeError.otherKey) { try SecretKey().opened(sealed) }
    #expect(throws: EnvelopeError.damaged) { try key.opened(sealed.prefix(sealed.count / 2)) }
    #expect(throws: EnvelopeError.damaged) { try key.opened(Data("no envelope".utf8)) }
  }
}
