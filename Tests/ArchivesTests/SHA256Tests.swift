import Archives
import Foundation
import TestSupport
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  @Test("The digests of FIPS 180-4's examples")
  func examples() {
    #expect(
      SHA256.hexDigest(of: Data("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )
    #expect(
      SHA256.hexDigest(of: Data())
        == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )
  }

  @Test("A file has the digest of its bytes")
  func file() throws {
    let folder = try TemporaryFolder()
    let bytes = Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
    try bytes.write(to: folder.url.appending(path: "bytes"))
    #expect(
      try SHA256.hexDigest(ofFile: folder.url.appending(path: "bytes"))
        == SHA256.hexDigest(of: bytes)
    )
  }

  @Test("A missing file is an error that names it")
  func missing() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ArchiveError.self) {
      try SHA256.hexDigest(ofFile: folder.url.appending(path: "absent"))
    }
  }
}
