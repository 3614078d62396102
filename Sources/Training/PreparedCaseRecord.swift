import Archives
import Foundation
import ImageProcessing
public import Preprocessing
import Volumes

/// What the JSON beside a prepared case tells; its presence says that the case is whole.
public struct PreparedCaseRecord: Codable, Hashable, Sendable {
  /// The version that this program writes, and the only one it reads.
  public static let currentVersion = 1

  /// The case's grid before it was prepared.
  struct Grid: Codable, Hashable {
    var size: [Int]
    var spacing: [Double]
    var origin: [Double]
    /// Three columns, one after another.
    var direction: [Double]
  }

  /// The way back to that grid, see ``GridRestoration``.
  struct Restoration: Codable, Hashable {
    var transposeForward: [Int]
    var box: [[Int]]
    var separateAxis: Int?
    var logitResampling: ResamplingRule
  }

  var formatVersion: Int
  /// The case's name.
  public let name: String
  /// The number of channels.
  public let channelCount: Int
  /// The number of voxels along D, H and W.
  public let size: [Int]
  /// For each class, background first, how many places are listed; none of background.
  let locationCounts: [Int]
  /// The classes that were contoured, with voxels or without, in ascending order.
  public let contoured: [Int]
  let grid: Grid
  let restoration: Restoration
  /// SHA-256 of the source files, as the data set's description has it.
  let source: String
  /// SHA-256 of how the case was prepared.
  let preparation: String
  /// The size of the tensors' file.
  let byteCount: Int
  /// SHA-256 of the tensors' file.
  let sha256: String

  /// Whether a class was contoured in the case; background always was.
  public func isContoured(_ label: Int) -> Bool { label == 0 || contoured.contains(label) }

  /// The way back from the prepared grid to the scan's.
  /// - Throws: ``PreparedCaseError/damaged(case:reason:)`` where the numbers are impossible.
  public func gridRestoration() throws(PreparedCaseError) -> GridRestoration {
    func damaged(_ what: String) -> PreparedCaseError { .damaged(case: name, reason: what) }
    guard grid.size.count == 3, grid.spacing.count == 3, grid.origin.count == 3,
      grid.direction.count == 9
    else { throw damaged("its grid lacks numbers") }
    let columns = (0..<3).map { column in SIMD3((0..<3).map { grid.direction[3 * column + $0] }) }
    let original: VoxelGrid
    do {
      original = try VoxelGrid(
        size: SIMD3(grid.size),
        spacing: SIMD3(grid.spacing),
        origin: SIMD3(grid.origin),
        direction: Matrix3(columns: columns[0], columns[1], columns[2])
      )
    } catch {
      throw damaged("its grid is impossible")
    }
    let arraySize = [original.size.z, original.size.y, original.size.x]
    guard restoration.transposeForward.sorted() == [0, 1, 2], restoration.box.count == 3,
      (0..<3).allSatisfy({ axis in
        let range = restoration.box[axis]
        return range.count == 2 && range[0] >= 0 && range[0] < range[1]
          && range[1] <= arraySize[restoration.transposeForward[axis]]
      }),
      restoration.separateAxis.map((0..<3).contains) ?? true
    else { throw damaged("its way back is impossible") }
    return GridRestoration(
      originalGrid: original,
      transposeForward: restoration.transposeForward,
      box: restoration.box.map { $0[0]..<$0[1] },
      preparedSize: size,
      separateAxis: restoration.separateAxis,
      logitResampling: restoration.logitResampling
    )
  }

  /// The axis of the prepared array that runs between the patient's sides.
  func sideAxis() throws(PreparedCaseError) -> Int? {
    let back = try gridRestoration()
    return (0..<3).first { axis in
      // The array's axes are k, j, i.
      back.originalGrid.patientAxes[2 - back.transposeForward[axis]].patientAxis == 0
    }
  }

  /// Where the tensors lie in the file, and the header that says so.
  func layout() throws(PreparedCaseError) -> PreparedCaseLayout {
    try PreparedCaseLayout(
      name: name,
      channelCount: channelCount,
      size: size,
      locationCounts: locationCounts
    )
  }
}

extension PreparedCaseRecord.Grid {
  init(_ grid: VoxelGrid) {
    func numbers<Scalar>(_ vector: SIMD3<Scalar>) -> [Scalar] { [vector.x, vector.y, vector.z] }
    size = numbers(grid.size)
    spacing = numbers(grid.spacing)
    origin = numbers(grid.origin)
    direction = [grid.direction.x, grid.direction.y, grid.direction.z].flatMap(numbers)
  }
}

extension PreparedCaseRecord.Restoration {
  init(_ restoration: GridRestoration) {
    transposeForward = restoration.transposeForward
    box = restoration.box.map { [$0.lowerBound, $0.upperBound] }
    separateAxis = restoration.separateAxis
    logitResampling = restoration.logitResampling
  }
}
