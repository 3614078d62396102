import Foundation
import ImageProcessing
import TestSupport
import Testing

@Suite("The Euclidean distance transform")
struct DistanceTransformTests {
  struct Example: Decodable {
    var size: [Int]
    var spacing: [Double]
    var marks: [Int]
    var distances: Data
  }

  @Test("Distances are those of SciPy")
  func agreesWithSciPy() throws {
    let examples = try golden("distances", as: [Example].self)
    #expect(examples.count == 6)
    for example in examples {
      let size = SIMD3(example.size[0], example.size[1], example.size[2])
      let spacing = SIMD3(example.spacing[0], example.spacing[1], example.spacing[2])
      var marks = [UInt8](repeating: 0, count: size.x * size.y * size.z)
      for mark in example.marks { marks[mark] = 1 }
      let found = try #require(distanceTransform(of: marks, size: size, spacing: spacing))
      let expected = doubles(example.distances)
      #expect(found.count == expected.count)
      let difference = zip(found, expected).map { ($0 - $1).magnitude }.max() ?? .infinity
      #expect(difference < 1e-12, "size \(size), spacing \(spacing)")
    }
  }

  @Test("A single mark gives the length of the way to it, each axis by its own spacing")
  func singleMark() throws {
    let size = SIMD3(7, 6, 5)
    let spacing = SIMD3(0.5, 1.25, 3)
    var marks = [UInt8](repeating: 0, count: 7 * 6 * 5)
    marks[(1 * 6 + 4) * 7 + 2] = 255
    let found = try #require(distanceTransform(of: marks, size: size, spacing: spacing))
    for k in 0..<5 {
      for j in 0..<6 {
        for i in 0..<7 {
          let way = SIMD3(Double(i - 2), Double(j - 4), Double(k - 1)) * spacing
          let expected = (way * way).sum().squareRoot()
          #expect((found[(k * 6 + j) * 7 + i] - expected).magnitude < 1e-12)
        }
      }
    }
  }

  @Test("Without marks there are no distances")
  func noMarks() {
    #expect(distanceTransform(of: [0, 0], size: [2, 1, 1], spacing: [1, 1, 1]) == nil)
    #expect(distances(from: [0], to: [], size: [2, 1, 1], spacing: [1, 1, 1]) == nil)
  }

  @Test("Everything marked is at distance zero")
  func allMarked() {
    let marks = [UInt8](repeating: 1, count: 24)
    let found = distanceTransform(of: marks, size: [2, 3, 4], spacing: [1, 2, 3])
    #expect(found == [Double](repeating: 0, count: 24))
  }

  @Test("The nearest marks of random voxels are found, whichever way is taken to them")
  func agreesWithBruteForce() throws {
    var generator = SeededGenerator(seed: 11)
    for round in 0..<60 {
      // Long thin boxes leave the walk over the columns without an end: the transform takes over.
      let long = round % 3 == 0
      let size = SIMD3(
        Int.random(in: 1...(long ? 1500 : 14), using: &generator),
        Int.random(in: 1...(long ? 3 : 14), using: &generator),
        Int.random(in: 1...(long ? 40 : 14), using: &generator)
      )
      let spacing = SIMD3(
        Double.random(in: 0.2...4, using: &generator),
        Double.random(in: 0.2...4, using: &generator),
        Double.random(in: 0.2...4, using: &generator)
      )
      let count = size.x * size.y * size.z
      let marks = (0..<Int.random(in: 1...8, using: &generator)).map { _ in
        Int.random(in: 0..<count, using: &generator)
      }
      let points = (0..<50).map { _ in Int.random(in: 0..<count, using: &generator) }
      let found = try #require(distances(from: points, to: marks, size: size, spacing: spacing))
      func place(_ index: Int) -> SIMD3<Double> {
        SIMD3(
          Double(index % size.x),
          Double(index / size.x % size.y),
          Double(index / (size.x * size.y))
        ) * spacing
      }
      for (point, distance) in zip(points, found) {
        let squares = marks.map { mark in
          let way = place(mark) - place(point)
          return (way * way).sum()
        }
        let expected = try #require(squares.min()).squareRoot()
        #expect((distance - expected).magnitude < 1e-9, "size \(size), spacing \(spacing)")
      }
    }
  }
}

/// The numbers of a base64 field.
private func doubles(_ data: Data) -> [Double] {
  data.withUnsafeBytes { bytes in
    stride(from: 0, to: bytes.count, by: 8).map { offset in
      Double(
        bitPattern: UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        )
      )
    }
  }
}
