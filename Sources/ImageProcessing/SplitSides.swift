public import Volumes

/// A label that stands for the structures of both sides, and those of each.
public struct SideLabels: Hashable, Sendable {
  /// The label of both.
  public var label: UInt16
  /// The left structure's; the right one's too, where the structure has no side.
  public var left: UInt16
  /// The right structure's.
  public var right: UInt16

  /// Labels of one structure, or of one on each side.
  public init(label: UInt16, left: UInt16, right: UInt16) {
    self.label = label
    self.left = left
    self.right = right
  }
}

extension Volume where Scalar == UInt16 {
  /// The map with each structure of both sides parted into its left and its right one.
  ///
  /// A part (voxels joined through faces) that lies wholly on one side of the plane belongs to that
  /// side; so does one that reaches over it by no more than the tolerance, since the plane is not
  /// known better. One that reaches further to both sides is cut at the plane. Every voxel keeps a
  /// label; labels that are not listed stay.
  /// - Parameters:
  ///   - structures: What each label becomes; every label once.
  ///   - plane: What parts left from right.
  ///   - tolerance: How far a part may reach over the plane without being cut, in mm.
  /// - Returns: A map on the same grid.
  public func splittingSides(
    _ structures: [SideLabels],
    at plane: MidPlane,
    tolerance: Double = 2
  ) -> LabelMap {
    var table = (0...UInt16.max).map { $0 }
    for structure in structures { table[Int(structure.label)] = structure.left }
    var result = map { table[Int($0)] }
    let paired = structures.filter { $0.left != $0.right }
    let boxes = boxes(of: Set(paired.map(\.label)))
    for structure in paired {
      guard let box = boxes[structure.label] else { continue }
      result.paint(
        structure.right,
        where: rightVoxels(of: structure.label, in: box, plane, tolerance),
        in: box
      )
    }
    return result
  }

  /// The smallest box around the voxels of some labels together; `nil` where there are none.
  public func box(around labels: Set<UInt16>) -> VoxelBox? {
    let all = boxes(of: labels).values
    return all.dropFirst().reduce(all.first) { $0?.union($1) }
  }

  private func boxes(of labels: Set<UInt16>) -> [UInt16: VoxelBox] {
    var isWanted = [Bool](repeating: false, count: 65536)
    for label in labels { isWanted[Int(label)] = true }
    var boxes: [UInt16: VoxelBox] = [:]
    forEachRun { label, i, j, k in
      guard isWanted[Int(label)] else { return }
      let run = VoxelBox(i: i, j: j..<j + 1, k: k..<k + 1)
      boxes[label] = boxes[label]?.union(run) ?? run
    }
    return boxes
  }

  /// The voxels of a label, in a box, that belong to the patient's right.
  private func rightVoxels(
    of label: UInt16,
    in box: VoxelBox,
    _ plane: MidPlane,
    _ tolerance: Double
  ) -> [Bool] {
    let size = box.size
    var own = [Bool](repeating: false, count: box.count)
    forEachRow(of: box) { row, start in
      for i in 0..<size.x { own[row + i] = storage(start + i) == label }
    }
    guard let cropped = try? VoxelGrid(size: size) else { return own.map { _ in false } }
    let parts = Components(of: true, in: Mask(grid: cropped, voxels: own))
    let toPatient = grid.patientFromVoxel
    let corner = SIMD3<Double>(
      Double(box.i.lowerBound),
      Double(box.j.lowerBound),
      Double(box.k.lowerBound)
    )
    // The distance is linear along a run of voxels.
    let step = dot(plane.normal, toPatient.linear.x)
    func distance(_ row: Int, _ i: Int) -> Double {
      let (k, j) = row.quotientAndRemainder(dividingBy: size.y)
      return plane.distance(
        of: toPatient(Point(corner + [Double(i), Double(j), Double(k)]))
      )
    }
    var reach: [Int: (low: Double, high: Double, sum: Double)] = [:]
    parts.forEachRun { part, row, columns in
      let first = distance(row, columns.lowerBound)
      let last = first + step * Double(columns.count - 1)
      let known = reach[part] ?? (.infinity, -.infinity, 0)
      reach[part] = (
        min(known.low, first, last), max(known.high, first, last),
        known.sum + (first + last) / 2 * Double(columns.count)
      )
    }
    var isRight = [Bool](repeating: false, count: own.count)
    parts.forEachRun { part, row, columns in
      guard let (low, high, sum) = reach[part] else { return }
      let isCut = low < -tolerance && high > tolerance
      let first = distance(row, columns.lowerBound)
      for i in columns {
        let voxel = first + step * Double(i - columns.lowerBound)
        isRight[row * size.x + i] = isCut ? voxel < 0 : sum < 0
      }
    }
    return isRight
  }

  private func storage(_ index: Int) -> UInt16 { withUnsafeVoxels { $0[index] } }

  private mutating func paint(_ label: UInt16, where isChosen: [Bool], in box: VoxelBox) {
    let width = box.i.count
    var starts: [(row: Int, start: Int)] = []
    forEachRow(of: box) { starts.append(($0, $1)) }
    withUnsafeMutableVoxels { voxels in
      for (row, start) in starts {
        for i in 0..<width where isChosen[row + i] { voxels[start + i] = label }
      }
    }
  }

  /// Calls `body` for each row of a box with where it begins in the box and in the volume.
  private func forEachRow(of box: VoxelBox, _ body: (_ row: Int, _ start: Int) -> Void) {
    var row = 0
    for k in box.k {
      for j in box.j {
        body(row, box.i.lowerBound + grid.size.x * (j + grid.size.y * k))
        row += box.i.count
      }
    }
  }
}
