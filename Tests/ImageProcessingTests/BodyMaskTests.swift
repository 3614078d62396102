import ImageProcessing
import TestSupport
import Testing
import Volumes

@Suite struct BodyMaskTests {
  /// A head of an ellipse with an airway and ears, over a hollow couch, in noisy air and padding.
  static func phantom(contrast: BodyContrast) throws -> (scan: Volume<Float>, patient: Mask) {
    let grid = try VoxelGrid(size: [128, 120, 24], spacing: [2, 2, 3])
    var generator = SeededGenerator(seed: 1)
    var scan = Volume<Float>(repeating: 0, grid: grid)
    var patient = Mask(repeating: false, grid: grid)
    let (air, tissue, couch, padding): (Float, Float, Float, Float) =
      contrast == .ct ? (-1000, 40, -50, -1024) : (8, 160, 8, 0)
    for k in 0..<24 {
      for j in 0..<120 {
        for i in 0..<128 {
          let (x, y) = (Double(2 * i - 128), Double(2 * j - 100))
          let head = x * x / (70 * 70) + y * y / (85 * 85) <= 1
          let ear = x.magnitude > 60 && x.magnitude < 84 && y.magnitude < 4 && (8..<16).contains(k)
          let airway = x * x + (y - 10) * (y - 10) <= 100
          // A shell of 4 mm around foam.
          let deep = Double(2 * j)
          let shell =
            deep > 196 && deep < 232 && x.magnitude < 110
            && (deep < 200 || deep > 228 || x.magnitude > 106)
          var value = air
          if shell { value = couch }
          if head || ear {
            value = airway ? air : tissue
            patient[i, j, k] = true
          }
          if x * x + y * y > 125 * 125 { value = padding }
          scan[i, j, k] = value + Float.random(in: -6...6, using: &generator)
        }
      }
    }
    return (scan, patient)
  }

  @Test(
    "The body mask holds all of a drawn patient and little else",
    arguments: [BodyContrast.ct, .mr]
  )
  func drawnPatient(contrast: BodyContrast) throws {
    let (scan, patient) = try Self.phantom(contrast: contrast)
    let mask = bodyMask(of: scan, contrast: contrast, margin: 10, threads: 2)
    let lost = zip(patient.voxels, mask.voxels).count { $0 && !$1 }
    #expect(lost == 0)
    let body = patient.voxels.count { $0 }
    let covered = mask.voxels.count { $0 }
    #expect(Double(covered) < 1.75 * Double(body))
    // The couch's far ends and the padded corners.
    #expect(!mask[20, 106, 12] && !mask[2, 2, 12])
  }

  @Test("Where there is no body everything is kept")
  func nobody() throws {
    let grid = try VoxelGrid(size: [20, 20, 4], spacing: [3, 3, 3])
    let air = Volume<Float>(repeating: -1000, grid: grid)
    #expect(bodyMask(of: air).voxels.allSatisfy { $0 })
    #expect(bodyMask(of: air, contrast: .mr).voxels.allSatisfy { $0 })
    let single = Volume<Float>(repeating: 40, grid: try VoxelGrid(size: [1, 1, 1]))
    #expect(bodyMask(of: single).voxels == [true])
  }
}
