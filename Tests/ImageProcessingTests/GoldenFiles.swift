import Foundation
import ImageProcessing
import Testing

/// Reads a golden file of these tests.
func golden<Content: Decodable>(_ name: String, as type: Content.Type) throws -> Content {
  let url = try #require(
    Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden")
  )
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

/// How a golden array was resampled.
struct ResamplingCase<Input: Decodable, Output: Decodable>: Decodable {
  var size: [Int]
  var newSize: [Int]
  var method: ResamplingRule.Method
  var order: Int
  var orderZ: Int
  var separateAxis: Int?
  var input: Input
  var output: Output

  var rule: ResamplingRule { ResamplingRule(method: method, order: order, orderZ: orderZ) }
  var name: String {
    "\(method) order \(order)/\(orderZ) axis \(separateAxis.map(String.init) ?? "-") \(size) to \(newSize)"
  }
}

/// The numbers of a base64 field.
func floats(_ data: Data) -> [Float] {
  data.withUnsafeBytes { bytes in
    stride(from: 0, to: bytes.count, by: 4).map { offset in
      Float(
        bitPattern: UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        )
      )
    }
  }
}

/// The largest difference of two arrays of one length.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  precondition(a.count == b.count, "arrays of one length")
  return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
}
