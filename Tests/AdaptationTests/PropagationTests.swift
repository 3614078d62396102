import Adaptation
import Anatomy
import Foundation
import Registration
import Testing
import Volumes

@Suite("Contours carried along")
struct PropagationTests {
  private let scheme = LabelScheme(named: "hntsmrg") ?? LabelScheme(entries: [])

  /// A head of a few ellipsoids and its tumor, as much to the left as asked for.
  private func head(
    shiftedBy shift: Double = 0,
    on grid: VoxelGrid
  ) -> (scan: Volume<Float>, contours: LabelMap) {
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var contours = LabelMap(repeating: 0, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          let place = grid.patientFromVoxel(Point(Double(i), Double(j), Double(k))).coordinates
          let p = place - [shift, 0, 0]
          func inside(_ center: SIMD3<Double>, _ radii: SIMD3<Double>) -> Bool {
            let q = (p - center) / radii
            return (q * q).sum() < 1
          }
          let tissue: Float =
            inside([18, -25, 10], [14, 12, 16])
            ? 400
            : inside([0, 6, 30], [50, 62, 30])
              ? 250
              : inside([-25, 10, -25], [16, 20, 24])
                ? 60
                : inside([10, 20, -40], [10, 10, 30])
                  ? 320 : inside([0, 0, 0], [66, 84, 78]) ? 160 : 0
          let grain = Float((i * 7 + j * 13 + k * 29) % 11)
          scan[i, j, k] = tissue + grain
          if inside([18, -25, 10], [14, 12, 16]) { contours[i, j, k] = 1 }
        }
      }
    }
    return (scan, contours)
  }

  private func grid(shiftedBy shift: SIMD3<Double> = [0, 0, 0]) throws -> VoxelGrid {
    try VoxelGrid(
      size: [48, 60, 32],
      spacing: [3.2, 3.2, 5.5],
      origin: SIMD3(-75, -94, -85) + shift
    )
  }

  @Test("An earlier scan's contours lie where the tumor is on the later scan")
  func carried() throws {
    let earlier = head(on: try grid())
    let later = head(shiftedBy: 9, on: try grid(shiftedBy: [4, -3, 5]))
    let found = try propagate(
      earlier.scan,
      contours: earlier.contours,
      scheme: scheme,
      onto: later.scan,
      threads: 2
    )
    #expect(found.registration.verdict.judgment != .failed, "\(found.registration.verdict)")
    #expect(found.guidance.contours.grid == later.scan.grid)
    #expect(found.notes.isEmpty)
    let moved = found.guidance.contours.voxels
    let both = zip(moved, later.contours.voxels).count { $0 == 1 && $1 == 1 }
    let all = moved.count { $0 == 1 } + later.contours.voxels.count { $0 == 1 }
    let dice = 2 * Double(both) / Double(all)
    #expect(dice > 0.8, "\(dice)")
    #expect(found.guidance.earlier?.grid == later.scan.grid)
    #expect(found.guidance.instances.count == 1)
  }

  @Test("Contours on the wrong scan are refused before anything is registered")
  func wrongScan() throws {
    let earlier = head(on: try grid())
    let later = head(on: try grid(shiftedBy: [4, -3, 5]))
    func carry(_ contours: LabelMap) throws {
      _ = try propagate(
        earlier.scan,
        contours: contours,
        scheme: scheme,
        onto: later.scan,
        threads: 1
      )
    }
    #expect(throws: AdaptationError.contoursOnLaterScan) { try carry(later.contours) }
    let other = LabelMap(repeating: 1, grid: try VoxelGrid(size: [4, 5, 6], spacing: [1, 1, 1]))
    #expect(
      throws: AdaptationError.otherGrid(
        what: "The earlier contours",
        found: [4, 5, 6],
        expected: [48, 60, 32]
      )
    ) { try carry(other) }
  }

  @Test("A scan without contrast cannot be registered, in registration's own words")
  func noRegistration() throws {
    let earlier = head(on: try grid())
    let flat = Volume<Float>(repeating: 3, grid: try grid())
    #expect(throws: AdaptationError.registration(.constant(.fixed))) {
      try propagate(
        earlier.scan,
        contours: earlier.contours,
        scheme: scheme,
        onto: flat,
        threads: 1
      )
    }
  }

  @Test("What of the contours lies outside the later scan is said")
  func loss() throws {
    let earlier = head(on: try grid())
    let cut = earlier.contours.map { _ in UInt16(0) }
    #expect(lossNotes(from: earlier.contours, to: earlier.contours, scheme: scheme).isEmpty)
    #expect(lossNotes(from: cut, to: cut, scheme: scheme).isEmpty)
    let notes = lossNotes(from: earlier.contours, to: cut, scheme: scheme)
    #expect(
      notes == ["GTVp: only 0 % of the earlier contours' volume lies in the later scan."]
    )
  }
}
