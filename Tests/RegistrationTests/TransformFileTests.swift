import Foundation
import Registration
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Transform files")
struct TransformFileTests {
  private let golden: GoldenTransforms
  private let folder: TemporaryFolder

  init() throws {
    golden = try GoldenTransforms()
    folder = try TemporaryFolder()
  }

  @Test(
    "A file takes points where SimpleITK or transformix takes them",
    arguments: [
      ("euler.tfm", 1e-9), ("versor.tfm", 1e-9), ("affine.tfm", 1e-9), ("bspline.tfm", 1e-9),
      ("composite.tfm", 1e-9), ("field.mha", 1e-4), ("field.nii.gz", 1e-4),
      // transformix prints six digits.
      ("elastix.0.txt", 2e-5), ("elastix.1.txt", 2e-5),
    ]
  )
  func reading(name: String, tolerance: Double) throws {
    let transform = try readTransform(at: GoldenTransforms.file(name))
    let key = name.replacing(".tfm", with: "").replacing(".txt", with: "")
      .replacing(".nii.gz", with: "").replacing(".mha", with: "")
    #expect(golden.error(of: transform, as: key) <= tolerance)
  }

  @Test(
    "Files are written as SimpleITK and transformix read them",
    arguments: ["euler.tfm", "affine.tfm", "bspline.tfm", "composite.tfm", "elastix.1.txt"],
    [".tfm", ".txt"]
  )
  func writing(name: String, ending: String) throws {
    // The folder, where one is asked for, is what `make_transforms.py check` reads.
    let asked = ProcessInfo.processInfo.environment["DELINEATE_WRITTEN_TRANSFORMS"]
    let place = asked.map { URL(filePath: $0) } ?? folder.url
    let key = name.replacing(".tfm", with: "").replacing(".txt", with: "")
    let grid = try VoxelGrid(size: [10, 10, 10], spacing: [10, 10, 10], origin: [-40, -40, -40])
    let file = place.appending(path: "\(key)-written\(ending)")
    let transform = try readTransform(at: GoldenTransforms.file(name))
    try write(transform, fixedGrid: grid, to: file)
    let again = try readTransform(at: file)
    #expect(golden.error(of: again, as: key) <= 2e-5)
    // Nothing is lost on the way: doubles are written with all their digits.
    for point in golden.points {
      let place = SIMD3(point[0], point[1], point[2])
      #expect(length(again.movingPoint(of: place) - transform.movingPoint(of: place)) < 1e-9)
    }
  }

  @Test("A displacement field is the same after a file", arguments: [".nii.gz", ".nii", ".mha"])
  func fields(ending: String) throws {
    let asked = ProcessInfo.processInfo.environment["DELINEATE_WRITTEN_TRANSFORMS"]
    let place = asked.map { URL(filePath: $0) } ?? folder.url
    let transform = try readTransform(at: GoldenTransforms.file("field.mha"))
    guard case .field(let field) = transform else {
      Issue.record("a field is read as a field")
      return
    }
    let file = place.appending(path: "field-written\(ending)")
    try write(transform, fixedGrid: field.vectors.grid, to: file)
    #expect(golden.error(of: try readTransform(at: file), as: "field") <= 1e-3)
    let vectors = try readVectors(at: file)
    for (found, wanted) in zip(vectors.voxels, field.vectors.voxels) {
      let difference: SIMD3<Float> = found - wanted
      #expect(length(SIMD3<Double>(difference)) < 1e-4)
    }
  }

  @Test("A scan is no displacement field, and a field is no scan")
  func kinds() throws {
    let grid = try VoxelGrid(size: [4, 4, 4])
    for ending in ["mha", "nii.gz"] {
      let scan = folder.url.appending(path: "scan.\(ending)")
      try write(Volume<Float>(repeating: 1, grid: grid), to: scan)
      #expect(throws: VolumeFileError.self) { try readTransform(at: scan) }
      #expect(throws: VolumeFileError.self) {
        try readVolume(at: GoldenTransforms.file("field.\(ending)"))
      }
    }
  }

  @Test("Bad transform files end in one sentence")
  func badFiles() throws {
    let text = folder.url.appending(path: "bad.tfm")
    let header = "#Insight Transform File V1.0\n"
    let cases = [
      "", "not a transform", header, header + "Transform: Nonsense_double_3_3\n",
      header + "Transform: Euler3DTransform_double_3_3\nParameters: 1 2\nFixedParameters: 0 0 0\n",
      header
        + "Transform: Euler3DTransform_double_3_3\nParameters: 1 2 nan 4 5 6\nFixedParameters: 0 0 0\n",
      header
        + "Transform: Euler3DTransform_double_2_2\nParameters: 1 2 3 4 5 6\nFixedParameters: 0 0 0\n",
      header + "Transform: BSplineTransform_double_3_3\nParameters: 0\n"
        + "FixedParameters: 1000000 1000000 1000000 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1\n",
      header + "Transform: BSplineTransform_double_3_3\nParameters: 0\n"
        + "FixedParameters: 1e300 4 4 0 0 0 1 1 1 1 0 0 0 1 0 0 0 1\n",
      header + "Parameters: 1\n",
    ]
    for content in cases {
      try Data(content.utf8).write(to: text)
      #expect(throws: TransformFileError.self, "\(content.prefix(80))") {
        try readTransform(at: text)
      }
    }
    let chain = folder.url.appending(path: "loop.txt")
    let loop = """
      (Transform "TranslationTransform")
      (TransformParameters 1 2 3)
      (InitialTransformParametersFileName "../../loop.txt")
      """
    try Data(loop.utf8).write(to: chain)
    #expect(throws: TransformFileError.self) { try readTransform(at: chain) }
    #expect(throws: TransformFileError.self) {
      try readTransform(at: folder.url.appending(path: "missing.tfm"))
    }
    #expect(throws: TransformFileError.self) {
      try readTransform(at: folder.url.appending(path: "missing.xyz"))
    }
  }

  @Test("Damaged transform files never trap", arguments: ["composite.tfm", "elastix.1.txt"])
  func mutations(name: String) throws {
    var generator = SeededGenerator(seed: 11)
    let bytes = try Data(contentsOf: GoldenTransforms.file(name))
    let place = folder.url.appending(path: name)
    var refused = 0
    for _ in 0..<300 {
      try bytes.mutated(using: &generator).write(to: place)
      do {
        let transform = try readTransform(at: place)
        #expect(transform.movingPoint(of: [1, 2, 3]).x.isNaN == false)
      } catch {
        refused += 1
        #expect("\(error)".hasSuffix("."))
      }
    }
    #expect(refused > 100)
  }
}
