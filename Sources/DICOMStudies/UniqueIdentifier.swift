internal import Archives
internal import Foundation

/// Makes UIDs for new objects, under the root that UUIDs have (PS3.5, B.2): `2.25.` and a number.
public struct UniqueIdentifiers: Sendable {
  private let seed: String?
  private var count = 0

  /// UIDs that no one else has.
  public init() { seed = nil }

  /// UIDs that the same text gives again: for tests, and for objects that follow from others.
  public init(seed: String) { self.seed = seed }

  /// The next UID, at most 44 characters.
  public mutating func next() -> String {
    count += 1
    guard let seed else {
      return Self.text(withUnsafeBytes(of: UUID().uuid) { Array($0) })
    }
    let digest = SHA256.hexDigest(of: Data("\(seed)/\(count)".utf8))
    var bytes = stride(from: 0, to: 32, by: 2).map { place in
      UInt8(digest.dropFirst(place).prefix(2), radix: 16) ?? 0
    }
    // A UUID of the kind that its maker defines (RFC 9562, version 8).
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    return Self.text(bytes)
  }

  private static func text(_ bytes: [UInt8]) -> String {
    "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
  }
}
