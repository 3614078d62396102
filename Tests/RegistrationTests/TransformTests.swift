import Foundation
import Registration
import Testing
import Volumes

@Suite("Transforms")
struct TransformTests {
  private let rigid = RigidTransform(
    angles: [0.2, -0.3, 0.4],
    translation: [10, -5, 3],
    center: [1, 2, 3]
  )

  @Test("A rigid map and its inverse leave points where they are")
  func rigidInverse() {
    let point = SIMD3(12.0, -7, 30)
    #expect(length(rigid.inverse(rigid(point)) - point) < 1e-12)
    #expect(rigid.linear.isRigid())
    #expect(rigid.matrix.determinant > 0.999999)
  }

  @Test("Angles come back from a matrix", arguments: [0.0, 0.7, -1.2, .pi / 2])
  func angles(x: Double) throws {
    let turned = RigidTransform(angles: [x, 0.5, -0.8], translation: [1, 2, 3])
    let again = try #require(RigidTransform(turned.linear))
    let matrix = again.matrix
    for column in 0..<3 {
      #expect(length(matrix[column: column] - turned.matrix[column: column]) < 1e-9)
    }
  }

  @Test("A matrix that scales is not rigid")
  func notRigid() {
    #expect(RigidTransform(LinearTransform(matrix: .diagonal([1, 1, 1.01]))) == nil)
    #expect(RigidTransform(LinearTransform(matrix: .diagonal([1, 1, -1]))) == nil)
  }

  @Test("Composition applies the first map first")
  func composition() {
    let shift = SpatialTransform.rigid(RigidTransform(translation: [5, 0, 0]))
    let both = shift.then(.rigid(rigid))
    let point = SIMD3(1.0, -2, 8)
    #expect(length(both.movingPoint(of: point) - rigid(point + [5, 0, 0])) < 1e-12)
    #expect(both.linear != nil)
  }

  @Test("The rotation angle is that of the axis")
  func rotationAngle() {
    let angle = RigidTransform(angles: [0, 0, 0.3]).linear.rotationAngle
    #expect((angle - 0.3).magnitude < 1e-9)
  }

  /// A bump of some mm that folds only where it is too steep.
  private func bump(height: Double) throws -> SpatialTransform {
    let grid = try VoxelGrid(size: [9, 9, 9], spacing: [20, 20, 20], origin: [-80, -80, -80])
    let coefficients = (0..<grid.count).map { index -> SIMD3<Double> in
      index == 4 + 9 * (4 + 9 * 4) ? SIMD3(height, 0, 0) : .zero
    }
    return .bspline(BSplineTransform(grid: grid, coefficients: coefficients))
  }

  @Test("A row of points goes where its points go one by one")
  func rows() throws {
    let bent = try bump(height: 12).then(.rigid(rigid))
    let grid = try VoxelGrid(size: [40, 3, 2], spacing: [5, 7, 9], origin: [-100, -10, -5])
    let field = bent.displacementField(on: grid)
    for i in stride(from: 0, to: 40, by: 3) {
      let point = grid.patientFromVoxel(Point(Double(i), 1, 1)).coordinates
      let expected = bent.movingPoint(of: point) - point
      #expect(length(SIMD3<Double>(field.vectors[i, 1, 1]) - expected) < 1e-4)
    }
  }

  @Test("Beyond its control points a B-spline leaves points where they are")
  func outside() throws {
    let bent = try bump(height: 12)
    for point in [SIMD3(-79.0, 0, 0), SIMD3(200, 0, 0), SIMD3(0, 0, 61)] {
      #expect(bent.movingPoint(of: point) == point)
    }
  }

  @Test("The numeric inverse comes within its tolerance")
  func inverse() throws {
    let bent = try bump(height: 15).then(.rigid(rigid))
    for x in stride(from: -50.0, through: 50, by: 10) {
      let point = SIMD3(x, 4, -6)
      let back = try #require(bent.fixedPoint(of: bent.movingPoint(of: point)))
      #expect(length(back - point) < 3 * SpatialTransform.inverseTolerance)
    }
    let grid = try VoxelGrid(size: [20, 20, 20], spacing: [6, 6, 6], origin: [-60, -60, -60])
    let inverse = try bent.inverted(on: grid)
    let place = grid.patientFromVoxel(Point(11, 9, 8)).coordinates
    #expect(length(bent.movingPoint(of: inverse.movingPoint(of: place)) - place) < 0.02)
  }

  @Test("A map that folds is said to fold, and has no inverse")
  func folding() throws {
    let grid = try VoxelGrid(size: [41, 41, 41], spacing: [3, 3, 3], origin: [-60, -60, -60])
    let gentle = try bump(height: 12).jacobian(on: grid)
    #expect(gentle.foldedShare == 0)
    #expect(gentle.smallest > 0.4 && gentle.smallest < 0.9 && gentle.largest > 1.1)
    let folded = try bump(height: 120)
    #expect(folded.jacobian(on: grid).smallest < 0)
    #expect(folded.jacobian(on: grid).foldedShare > 0.002)
    #expect(throws: TransformError.self) { try folded.inverted(on: grid) }
  }

  @Test("A singular matrix has no inverse")
  func singular() throws {
    let flat = SpatialTransform.linear(LinearTransform(matrix: .diagonal([1, 0, 1])))
    let grid = try VoxelGrid(size: [4, 4, 4])
    #expect(throws: TransformError.singular) { try flat.inverted(on: grid) }
    #expect(flat.fixedPoint(of: [0, 0, 0]) == nil)
  }

  @Test("Jacobian determinants are SimpleITK's")
  func jacobian() throws {
    let golden = try GoldenTransforms()
    guard case .field(let field) = try readTransform(at: GoldenTransforms.file("field.mha")) else {
      Issue.record("a field is read as a field")
      return
    }
    var inner = Mask(repeating: false, grid: field.vectors.grid)
    let size = inner.grid.size
    for k in 1..<size.z - 1 {
      for j in 1..<size.y - 1 { for i in 1..<size.x - 1 { inner[i, j, k] = true } }
    }
    let summary = JacobianSummary(of: field, within: inner)
    #expect((summary.smallest - golden.jacobian.smallest).magnitude < 1e-4)
    #expect((summary.largest - golden.jacobian.largest).magnitude < 1e-4)
    #expect(summary.foldedShare == golden.jacobian.folded)
  }
}
