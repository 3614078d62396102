import Dispatch
import Foundation
import Volumes

/// One counter triple for each possible label, filled by one pass over two maps.
///
/// A map is mostly long runs of one label, so 16 voxels are compared at a time and counted one by
/// one only where a border crosses them.
struct LabelTable {
  private var both = [Int](repeating: 0, count: 65536)
  private var onlyReference = [Int](repeating: 0, count: 65536)
  private var onlyPrediction = [Int](repeating: 0, count: 65536)

  /// The labels that occur, with their counts.
  var nonEmpty: [UInt16: OverlapCounts] {
    var result: [UInt16: OverlapCounts] = [:]
    for label in both.indices {
      let counts = OverlapCounts(
        both: both[label],
        inReference: both[label] + onlyReference[label],
        inPrediction: both[label] + onlyPrediction[label]
      )
      if counts.inReference + counts.inPrediction > 0 { result[UInt16(label)] = counts }
    }
    return result
  }

  /// Counts two maps of equal size on all cores.
  static func counting(_ reference: LabelMap, _ prediction: LabelMap) -> LabelTable {
    reference.withUnsafeVoxels { a in
      prediction.withUnsafeVoxels { b in counting(a, b) }
    }
  }

  private static func counting(
    _ reference: UnsafeBufferPointer<UInt16>,
    _ prediction: UnsafeBufferPointer<UInt16>
  ) -> LabelTable {
    let count = reference.count
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let parts = max(1, min(cores, count / 500_000))
    var tables = [LabelTable](repeating: LabelTable(), count: parts)
    tables.withUnsafeMutableBufferPointer { buffer in
      // Each part writes its own table and only reads the maps.
      nonisolated(unsafe) let tables = buffer
      nonisolated(unsafe) let (a, b) = (reference, prediction)
      DispatchQueue.concurrentPerform(iterations: parts) { part in
        let range = (count * part / parts)..<(count * (part + 1) / parts)
        tables[part].count(a, b, in: range)
      }
    }
    return tables.dropFirst().reduce(into: tables[0]) { $0.add($1) }
  }

  private mutating func add(_ other: LabelTable) {
    for label in both.indices {
      both[label] += other.both[label]
      onlyReference[label] += other.onlyReference[label]
      onlyPrediction[label] += other.onlyPrediction[label]
    }
  }

  private mutating func count(
    _ reference: UnsafeBufferPointer<UInt16>,
    _ prediction: UnsafeBufferPointer<UInt16>,
    in range: Range<Int>
  ) {
    guard let a = reference.baseAddress, let b = prediction.baseAddress else { return }
    both.withUnsafeMutableBufferPointer { both in
      onlyReference.withUnsafeMutableBufferPointer { onlyReference in
        onlyPrediction.withUnsafeMutableBufferPointer { onlyPrediction in
          func put(_ first: UInt16, _ second: UInt16, _ times: Int) {
            if first == second {
              both[Int(first)] += times
            } else {
              onlyReference[Int(first)] += times
              onlyPrediction[Int(second)] += times
            }
          }
          var index = range.lowerBound
          while index + 16 <= range.upperBound {
            let first = UnsafeRawPointer(a + index).loadUnaligned(as: SIMD16<UInt16>.self)
            let second = UnsafeRawPointer(b + index).loadUnaligned(as: SIMD16<UInt16>.self)
            let differences =
              (first ^ SIMD16(repeating: first[0])) | (second ^ SIMD16(repeating: second[0]))
            if differences == .zero {
              put(first[0], second[0], 16)
            } else {
              for lane in 0..<16 { put(a[index + lane], b[index + lane], 1) }
            }
            index += 16
          }
          while index < range.upperBound {
            put(a[index], b[index], 1)
            index += 1
          }
        }
      }
    }
  }
}
