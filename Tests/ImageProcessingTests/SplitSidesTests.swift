import Foundation
import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite("Structures of both sides, parted by the midline")
struct SplitSidesTests {
  /// A drawn head: skin, skull, nose, a denser cheek on one side, and glands at its sides.
  struct Head {
    /// The face turned to a side and the head tilted to a shoulder, in degrees.
    var turn = 0.0
    var tilt = 0.0
    /// Where the middle of the head lies, in mm.
    var middle: SIMD3<Double> = [12, -20, 35]
    var direction = Matrix3.identity

    /// From the patient's frame to the head's own, whose midline is x = 0.
    var toHead: Matrix3 {
      let (a, b) = (turn * .pi / 180, tilt * .pi / 180)
      let normal: SIMD3<Double> = [cos(a) * cos(b), sin(a) * cos(b), sin(b)]
      let back: SIMD3<Double> = [-sin(a), cos(a), 0]
      return Matrix3(columns: normal, back, cross(normal, back)).transposed
    }

    var plane: MidPlane {
      let normal = toHead.transposed.x
      return MidPlane(normal: normal, offset: dot(normal, middle))
    }

    /// A scan of 6 mm voxels around the head.
    func grid() throws -> VoxelGrid {
      let size = SIMD3<Int>(44, 44, 44)
      let spacing = SIMD3<Double>(6, 6, 5)
      let half = direction * (spacing * SIMD3<Double>(size &- 1) / 2)
      return try VoxelGrid(
        size: size,
        spacing: spacing,
        origin: middle + [5, -4, 3] - half,
        direction: direction
      )
    }

    /// The scan, and label 1 for both glands, 2 in the middle.
    func drawn(without missing: Int = 0) throws -> (scan: Volume<Float>, labels: LabelMap) {
      let grid = try grid()
      var scan = Volume<Float>(repeating: -1000, grid: grid)
      var labels = LabelMap(repeating: 0, grid: grid)
      let map = grid.patientFromVoxel
      let toHead = toHead
      for k in 0..<grid.size.z {
        for j in 0..<grid.size.y {
          for i in 0..<grid.size.x {
            let place = map(Point(Double(i), Double(j), Double(k))).coordinates
            let p = toHead * (place - middle)
            let radius = length(p / [75, 95, 100])
            if radius < 1 { scan[i, j, k] = radius > 0.85 && radius < 0.93 ? 900 : 40 }
            if length((p - [0, -97, -10]) / [12, 16, 22]) < 1 { scan[i, j, k] = 20 }
            // One cheek differs: real heads are not alike on both sides.
            if length(p - [45, -50, -30]) < 14 { scan[i, j, k] = 120 }
            if missing <= 0, length((p - [52, 10, -20]) / [12, 16, 24]) < 1 {
              labels[i, j, k] = 1
            }
            if missing >= 0, length((p - [-52, 10, -20]) / [12, 16, 24]) < 1 {
              labels[i, j, k] = 1
            }
            if length((p - [0, 30, 0]) / [14, 14, 40]) < 1 { labels[i, j, k] = 2 }
          }
        }
      }
      return (scan, labels)
    }

    /// The map split at the plane that the scan's symmetry gives.
    func split(without missing: Int = 0) throws -> (map: LabelMap, plane: MidPlane) {
      let (scan, labels) = try drawn(without: missing)
      let plane = MidPlane.ofSymmetry(
        in: scan,
        contrast: .ct,
        near: labels.box(around: [1]),
        threads: 1
      )
      return (labels.splittingSides(Self.sides, at: plane), plane)
    }

    static let sides = [
      SideLabels(label: 1, left: 27, right: 28), SideLabels(label: 2, left: 5, right: 5),
    ]

    /// How many voxels of a map have a label, by the head's own side: left, right.
    func count(_ label: UInt16, in map: LabelMap) -> (left: Int, right: Int) {
      let toPatient = map.grid.patientFromVoxel
      var counts = (left: 0, right: 0)
      for k in 0..<map.grid.size.z {
        for j in 0..<map.grid.size.y {
          for i in 0..<map.grid.size.x where map[i, j, k] == label {
            let place = toPatient(Point(Double(i), Double(j), Double(k)))
            if plane.distance(of: place) > 0 { counts.left += 1 } else { counts.right += 1 }
          }
        }
      }
      return counts
    }
  }

  @Test("Each side's structure gets its label, in all 48 orientations", arguments: 0..<48)
  func orientations(number: Int) throws {
    var generator = SeededGenerator(seed: UInt64(number))
    var head = Head(direction: allOrientations[number])
    head.turn = Double.random(in: -20...20, using: &generator)
    head.tilt = Double.random(in: -15...15, using: &generator)
    let (map, plane) = try head.split()
    let (left, right) = (head.count(27, in: map), head.count(28, in: map))
    #expect(left.left > 50 && left.right == 0)
    #expect(right.right > 50 && right.left == 0)
    #expect(map.voxels.count { $0 == 5 } > 50 && !map.voxels.contains(1))
    let angle = acos(min(1, dot(plane.normal, head.plane.normal))) * 180 / .pi
    #expect(angle < 3, "turned \(head.turn), tilted \(head.tilt)")
    #expect(abs(plane.distance(of: Point(head.middle))) < 2.5)
  }

  @Test("A structure that is on one side alone keeps that side", arguments: [-1, 1])
  func oneSide(missing: Int) throws {
    for (turn, tilt) in [(0.0, 0.0), (25, 0), (-15, 12)] {
      let head = Head(turn: turn, tilt: tilt)
      let (map, _) = try head.split(without: missing)
      // Without the left gland (1) all is right, and the other way around.
      #expect(map.voxels.contains(missing > 0 ? 28 : 27))
      #expect(!map.voxels.contains(missing > 0 ? 27 : 28))
    }
  }

  @Test("Structures that touch are cut at the midline; nothing is lost")
  func touching() throws {
    let grid = try VoxelGrid(size: [20, 3, 3], spacing: [1, 1, 1], origin: [-9.5, 0, 0])
    let both = LabelMap(repeating: 1, grid: grid)
    let map = both.splittingSides(Head.sides, at: MidPlane(normal: [1, 0, 0], offset: 0))
    for i in 0..<20 { #expect(map[i, 1, 1] == (i < 10 ? 28 : 27)) }
  }

  @Test("A part that reaches over the plane by less than the tolerance stays whole")
  func tolerance() throws {
    let grid = try VoxelGrid(size: [20, 2, 1], spacing: [1, 1, 1], origin: [-9.5, 0, 0])
    var labels = LabelMap(repeating: 0, grid: grid)
    for i in 8..<18 { labels[i, 0, 0] = 1 }
    let plane = MidPlane(normal: [1, 0, 0], offset: 0)
    let whole = labels.splittingSides(Head.sides, at: plane)
    #expect(Set(whole.voxels) == [0, 27])
    let cut = labels.splittingSides(Head.sides, at: plane, tolerance: 1)
    #expect(cut[8, 0, 0] == 28 && cut[9, 0, 0] == 28 && cut[10, 0, 0] == 27)
    // Two parts: each goes to the side that it is on.
    for i in 0..<5 { labels[i, 1, 0] = 1 }
    let two = labels.splittingSides(Head.sides, at: plane)
    #expect(two[2, 1, 0] == 28 && two[12, 0, 0] == 27 && two[8, 0, 0] == 27)
  }

  @Test("Where nothing tells sides apart, the plane runs straight through the middle")
  func constant() throws {
    let grid = try VoxelGrid(size: [30, 20, 20], spacing: [5, 5, 5], origin: [40, 0, 0])
    for value: Float in [0, -1000, 50] {
      let plane = MidPlane.ofSymmetry(in: Volume(repeating: value, grid: grid), contrast: .ct)
      #expect(plane.normal.x > 0.99 && abs(plane.offset - 112.5) < 8, "\(value) \(plane)")
    }
  }

  @Test("An MR scan tells the midline too, with its bias from side to side")
  func mr() throws {
    let head = Head(turn: -12, tilt: 6)
    let (scan, labels) = try head.drawn()
    var image = scan.map { $0 < -500 ? Float(5) : $0 > 500 ? 30 : 250 + $0 }
    let width = Float(scan.grid.size.x)
    for k in 0..<scan.grid.size.z {
      for j in 0..<scan.grid.size.y {
        for i in 0..<scan.grid.size.x { image[i, j, k] *= 0.85 + 0.3 * Float(i) / width }
      }
    }
    let plane = MidPlane.ofSymmetry(in: image, contrast: .mr, near: labels.box(around: [1]))
    let angle = acos(min(1, dot(plane.normal, head.plane.normal))) * 180 / .pi
    #expect(angle < 4 && abs(plane.distance(of: Point(head.middle))) < 4)
  }
}
