import DICOMStudies
import Dispatch
import Foundation
import Synchronization
import TestSupport
import Testing

@Suite("Many threads that read DICOM")
struct ConcurrentReadingTests {
  // Each reading forks while others hold or take the library's locks; a child that inherits one half
  // taken waits for ever, and its file is called harmful when the child's time is up.
  @Test("Files are read by several threads at once, each in its child process")
  func concurrently() {
    let slice = DICOMSliceFile(
      size: [8, 6],
      spacing: [1, 1],
      origin: [0, 0, 0],
      axes: ([1, 0, 0], [0, 1, 0]),
      number: 1
    )
    let bytes = slice.bytes
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      for turn in 0..<20 {
        do {
          _ = try DICOMObject.read([(name: "\(worker)-\(turn)", bytes: bytes)]).first?.get()
        } catch { failures.withLock { $0.append("\(error)") } }
      }
    }
    #expect(failures.withLock { $0 } == [])
  }
}
