import Anatomy
import Datasets
import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Consensus of files")
struct ConsensusRequestTests {
  private let folder: TemporaryFolder
  private let grid: VoxelGrid

  init() throws {
    folder = try TemporaryFolder()
    grid = try VoxelGrid(size: [8, 1, 1], spacing: [1, 1, 1])
  }

  /// Writes a label map of eight voxels.
  private func map(
    _ name: String,
    _ voxels: [UInt16],
    scheme: LabelScheme? = nil
  ) throws -> StructureLibrary {
    let url = folder.url.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try write(LabelMap(grid: grid, voxels: voxels), scheme: scheme, to: url)
    return try StructureLibrary(at: url)
  }

  private func request(_ libraries: [StructureLibrary]) -> ConsensusRequest {
    ConsensusRequest(
      observers: zip(["A", "B", "C", "D"], libraries).map { .init(name: $0, library: $1) }
    )
  }

  /// The voxels of a consensus along the line.
  private func voxels(_ structure: StructureConsensus) -> [Int] {
    (0..<8).filter { structure.consensus.mask[$0, 0, 0] }
  }

  @Test("Label maps without names vote by number; one without a label votes against it")
  func numbers() throws {
    let request = request([
      try map("a.nii.gz", [1, 1, 1, 0, 0, 0, 3, 3]), try map("b.nii.gz", [0, 1, 1, 1, 0, 0, 0, 0]),
      try map("c.nii.gz", [0, 0, 1, 1, 0, 0, 3, 0]),
    ])
    #expect(request.caseNames == ["a"])
    let result = try request.consensus(of: "a")
    #expect(result.structures.map(\.name) == ["Label 1", "Label 3"])
    #expect(result.structures.map(\.label) == [1, 3])
    #expect(result.structures.map(voxels) == [[1, 2, 3], [6]])
    #expect(result.structures[1].observers == ["A", "B", "C"])
    #expect(result.structures[1].consensus.sensitivities == [1, 0, 1])
    #expect(result.remarks.isEmpty)
    let (labels, contested) = try #require(result.labelMap())
    #expect(labels.voxels == [0, 1, 1, 1, 0, 0, 3, 0])
    #expect(contested == 0)
  }

  @Test("Masks are matched by any spelling; who has no file takes no part, and it is said")
  func masks() throws {
    let spellings = [["Parotid_L", "Lips", "Glottis"], ["left parotid", "Lips"], ["Parotid-Lt"]]
    let libraries = try zip(["a", "b", "c"], spellings).map { observer, names in
      for (place, name) in names.enumerated() {
        _ = try map("\(observer)/\(name).nrrd", (0..<8).map { $0 == place ? 1 : 0 })
      }
      return try StructureLibrary(at: folder.url.appending(path: observer))
    }
    var request = request(libraries)
    let name = try #require(request.caseNames.first)
    let result = try request.consensus(of: name)
    #expect(Set(result.structures.map(\.name)) == ["Parotid_L", "Lips"])
    let parotid = try #require(result.structures.first { $0.name == "Parotid_L" })
    #expect(parotid.observers == ["A", "B", "C"])
    #expect(voxels(parotid) == [0])
    let lips = try #require(result.structures.first { $0.name == "Lips" })
    #expect(lips.observers == ["A", "B"])
    #expect(Set(result.structures.map(\.label)) == [1, 2])
    #expect(result.remarks.count == 2)
    #expect(result.remarks.contains { $0.contains("Glottis") && $0.contains("only A") })
    #expect(result.remarks.contains { $0.contains("Lips") && $0.contains("without C") })
    request.structures = ["Parotid L"]
    #expect(try request.consensus(of: name).structures.map(\.name) == ["Parotid_L"])
  }

  @Test("Where structures overlap in a label map the smaller has the voxel")
  func overlap() throws {
    let libraries = try ["a", "b"].map { observer in
      _ = try map("\(observer)/Eye_L.nrrd", [1, 1, 1, 1, 0, 0, 0, 0])
      _ = try map("\(observer)/Lens_L.nrrd", [0, 1, 0, 0, 0, 0, 0, 0])
      return try StructureLibrary(at: folder.url.appending(path: observer))
    }
    let request = request(libraries)
    let result = try request.consensus(of: try #require(request.caseNames.first))
    let (labels, contested) = try #require(result.labelMap())
    let lens = try #require(result.structures.first { $0.name == "Lens_L" }).label
    #expect(labels.voxels[1] == lens)
    #expect(labels.voxels.count { $0 != 0 && $0 != lens } == 3)
    #expect(contested == 1)
    #expect(result.scheme.entry(label: lens)?.name == "Lens_L")
  }

  @Test("STAPLE and the majority agree where observers do; threads change nothing")
  func staple() throws {
    var request = request([
      try map("a.nrrd", [1, 1, 2, 2, 0, 0, 0, 0]), try map("b.nrrd", [1, 1, 2, 2, 0, 0, 0, 0]),
    ])
    request.method = .staple
    request.threads = 1
    let one = try request.consensus(of: "a").structures
    request.threads = 4
    let four = try request.consensus(of: "a").structures
    #expect(one.map(voxels) == [[0, 1], [2, 3]])
    #expect(four.map(voxels) == one.map(voxels))
    #expect(one.allSatisfy { ($0.consensus.iterations ?? 0) > 0 })
  }

  @Test("Doubled observers and structures, other grids and broken files are refused")
  func refusals() throws {
    let a = try map("a.nrrd", [1, 0, 0, 0, 0, 0, 0, 0])
    let twice = ConsensusRequest(observers: [
      .init(name: "A", library: a), .init(name: "A", library: a),
    ])
    #expect(throws: ConsensusRequestError.doubledObserver("A")) { try twice.check() }
    var impossible = request([a, a])
    impossible.threshold = 0
    #expect(throws: ConsensusRequestError.impossibleThreshold(0)) { try impossible.check() }
    let url = folder.url.appending(path: "large.nrrd")
    let other = try VoxelGrid(size: [9, 1, 1], spacing: [1, 1, 1])
    try write(LabelMap(repeating: 1, grid: other), scheme: nil, to: url)
    let large = try StructureLibrary(at: url)
    #expect(throws: ConsensusRequestError.self) { try request([a, large]).consensus(of: "a") }
    try Data("NRRD".utf8).write(to: url)
    #expect(throws: ConsensusRequestError.self) { try request([a, large]).consensus(of: "a") }
    for name in ["Parotid_L", "left parotid"] {
      _ = try map("doubled/\(name).nrrd", [1, 0, 0, 0, 0, 0, 0, 0])
    }
    let doubled = try StructureLibrary(at: folder.url.appending(path: "doubled"))
    let both = request([doubled, doubled])
    let name = try #require(both.caseNames.first)
    #expect(
      throws: ConsensusRequestError.doubledStructure("Parotid_L", observer: "A", caseName: name)
    ) { try both.consensus(of: name) }
  }
}
