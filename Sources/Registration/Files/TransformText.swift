internal import Foundation
internal import Volumes

/// Reading of text files of numbers with bounds: no file decides an allocation, none traps.
enum TransformText {
  /// The longest file that is read: a B-spline of a million control points takes less.
  static let largest = 128 << 20

  /// The file's text.
  static func read(_ url: URL) throws(TransformFileError) -> Substring.UTF8View {
    let name = url.lastPathComponent
    let handle: FileHandle
    do { handle = try FileHandle(forReadingFrom: url) } catch {
      throw .unreadable(file: name, reason: "no such file, or no permission")
    }
    defer { try? handle.close() }
    var status = stat()
    // A pipe would be waited for without end.
    guard fstat(handle.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw .unreadable(file: name, reason: "it is not a file")
    }
    guard status.st_size <= largest else {
      throw .tooLarge(file: name, bytes: Int(status.st_size), limit: largest)
    }
    guard let data = try? handle.read(upToCount: largest), !data.contains(0),
      let text = String(data: data, encoding: .utf8)
    else { throw .badText(file: name, reason: "it is not text") }
    return Substring(text).utf8
  }

  /// A finite number in decimal notation below 10¹² in size.
  static func number(_ word: Substring) -> Double? {
    guard word.utf8.count <= 64,
      word.utf8.allSatisfy({ "+-.eE0123456789".utf8.contains($0) }),
      let number = Double(word), number.magnitude < 1e12
    else { return nil }
    return number
  }

  /// Numbers separated by blanks.
  /// - Returns: `nil` where one is no such number.
  static func numbers(_ text: Substring) -> [Double]? {
    var numbers: [Double] = []
    for word in text.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" }) {
      guard let number = number(word) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// Writes a text at once; the file appears only when it is complete.
  static func write(_ text: String, to url: URL) throws(TransformFileError) {
    do { try Data(text.utf8).write(to: url, options: .atomic) } catch {
      throw .unwritable(file: url.lastPathComponent, reason: "the folder is missing or closed")
    }
  }
}

/// Numbers one after another, taken in threes and nines.
struct NumberList {
  private var rest: ArraySlice<Double>

  init(_ numbers: [Double]) { rest = numbers[...] }

  /// The next three numbers.
  mutating func vector() -> SIMD3<Double>? {
    guard rest.count >= 3 else { return nil }
    let vector = SIMD3(
      rest[rest.startIndex],
      rest[rest.startIndex + 1],
      rest[rest.startIndex + 2]
    )
    rest = rest.dropFirst(3)
    return vector
  }

  /// The next nine numbers, row by row.
  mutating func matrixByRows() -> Matrix3? {
    guard let a = vector(), let b = vector(), let c = vector() else { return nil }
    return Matrix3(columns: a, b, c).transposed
  }
}

extension SIMD3<Double> {
  /// The three numbers with blanks between.
  var text: String { "\(x) \(y) \(z)" }

  /// As whole numbers from 1 to 10⁶, the sizes of a grid of control points.
  var sizes: SIMD3<Int>? {
    guard (0..<3).allSatisfy({ self[$0] >= 1 && self[$0] <= 1e6 && self[$0] == self[$0].rounded() })
    else { return nil }
    return SIMD3<Int>(Int(x), Int(y), Int(z))
  }
}

extension Matrix3 {
  /// The nine numbers row by row with blanks between.
  var textByRows: String { "\(transposed.x.text) \(transposed.y.text) \(transposed.z.text)" }
}

extension BSplineTransform {
  /// A deformation from numbers of a file: all x displacements, then all y, then all z.
  /// - Returns: `nil` where the numbers are not those of a grid of cubic splines.
  init?(
    size: SIMD3<Int>,
    spacing: SIMD3<Double>,
    origin: SIMD3<Double>,
    direction: Matrix3,
    planes: [Double]
  ) {
    guard size.min() >= 4,
      let grid = try? VoxelGrid(size: size, spacing: spacing, origin: origin, direction: direction),
      planes.count.isMultiple(of: 3), planes.count / 3 == grid.count
    else { return nil }
    let count = grid.count
    self.init(
      grid: grid,
      coefficients: (0..<count).map {
        SIMD3(planes[$0], planes[$0 + count], planes[$0 + 2 * count])
      }
    )
  }

  /// The coefficients as files have them: all x displacements, then all y, then all z.
  var planesText: String {
    var words: [String] = []
    words.reserveCapacity(3 * coefficients.count)
    for axis in 0..<3 { for value in coefficients { words.append("\(value[axis])") } }
    return words.joined(separator: " ")
  }
}
