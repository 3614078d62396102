import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing
import Registration
import Segmentation
import TestSupport
import Testing
import Torch
import VolumeFiles
import Volumes

/// The voxels of a drawn patient as another scan shows them.
private func writeMR(on grid: VoxelGrid, to url: URL) throws -> Volume<Float> {
  let scan = DrawnPhantom(seed: 1).drawn(on: grid).scan
  let mr = scan.map { ($0 < -500 ? 0 : 400 - $0 / 10) as Float }
  try VolumeFiles.write(mr, to: url)
  return mr
}

@Suite("M3-Net in a run")
struct M3SegmentationTests {
  private let folder: TemporaryFolder
  private let ct: URL
  private let model: URL
  private let service = SegmentationService()

  init() throws {
    folder = try TemporaryFolder()
    ct = try writeScan(to: folder)
    let drawn = DrawnModel(channels: ["CT", "MR_T1"])
    var model = drawn.model
    let network = NetworkPlan.m3(
      M3NetPlan(
        outputChannels: 3,
        features: [8, 8],
        kernels: [[3, 3, 3], [3, 3, 3]],
        strides: [[1, 1, 1], [1, 2, 2]],
        encoderDepths: [1, 1],
        decoderDepths: [1],
        masks: MaskPlan(
          regions: [.init(name: "all", priority: 1, classes: [1, 2])],
          globalStage: 0,
          regionalStage: 0
        ),
        registration: RegistrationHeadPlan(stage: 0, features: 8)
      )
    )
    model.plan.architecture = network
    model.plan.preparation.channels[1] = ChannelNormalization(scheme: .zScore)
    model.plan.optionalChannels = ["CT", "MR_T1"]
    model.plan.mirroringAxes = []
    model.folds = [drawn.fold("0", of: network)]
    self.model = folder.url.appending(path: "m3")
    try writeModel(model, to: self.model)
  }

  private func run(_ inputs: [URL], without missing: [String] = []) async throws
    -> SegmentationResult
  {
    var request = SegmentationRequest(inputs: inputs, model: model, device: .cpu)
    request.missingChannels = missing
    return try await service.segment(request)
  }

  @Test("It contours from CT and MR or from either, and an MR that shows nothing is as if missing")
  func missing() async throws {
    let grid = try readVolume(at: ct).grid
    let mr = folder.url.appending(path: "mr.nii.gz")
    _ = try writeMR(on: grid, to: mr)
    let constant = folder.url.appending(path: "constant.nii.gz")
    try VolumeFiles.write(Volume<Float>(repeating: 7, grid: grid), to: constant)

    let both = try await run([ct, mr])
    #expect(both.labelMap.grid == grid && Set(both.labelMap.voxels).count > 1)
    #expect(!both.report.warnings.contains { $0.contains("without") })
    let alone = try await run([ct], without: ["MR_T1"])
    #expect(alone.labelMap != both.labelMap)
    #expect(alone.report.warnings.contains { $0.contains("without MR_T1") })
    let empty = try await run([ct, constant])
    #expect(empty.labelMap == alone.labelMap)
    #expect(empty.report.warnings.contains { $0.contains("Nothing to see in MR_T1") })
    let other = try await run([mr], without: ["CT"])
    #expect(other.labelMap != alone.labelMap && other.labelMap.grid == grid)
  }

  @Test("An MR on a grid of its own is brought onto the CT's, and the report says so")
  func ownGrid() async throws {
    let grid = try readVolume(at: ct).grid
    let own = try VoxelGrid(size: [30, 34, 16], spacing: [8, 8, 12], origin: [-120, -130, -60])
    let mr = folder.url.appending(path: "own.nii.gz")
    let moved = folder.url.appending(path: "moved.nii.gz")
    let volume = try writeMR(on: own, to: mr)
    try VolumeFiles.write(resampled(volume, onto: grid, outside: 0, threads: 1), to: moved)
    let found = try await run([ct, mr])
    let expected = try await run([ct, moved])
    #expect(found.labelMap == expected.labelMap)
    #expect(found.report.warnings.contains { $0.contains("MR_T1 lay on another grid") })
    #expect(!expected.report.warnings.contains { $0.contains("another grid") })
  }

  @Test(
    "The registration of a run is the network's own field, in mm along the patient's axes",
    arguments: [0, 5, 13, 22, 34, 47]
  )
  func registration(orientation: Int) async throws {
    // One window's worth of voxels at the model's spacing: nothing is resampled or blended.
    let direction = allOrientations[orientation]
    let grid = try VoxelGrid(
      size: [16, 16, 8],
      spacing: [12, 12, 10],
      origin: [-80, 40, 7],
      direction: direction
    )
    let ct = folder.url.appending(path: "one.nii.gz")
    let mr = folder.url.appending(path: "one-mr.nii.gz")
    let scan = Volume(grid: grid, voxels: drawn("ct", count: grid.count).map { 300 * $0 })
    let other = Volume(grid: grid, voxels: drawn("mr", count: grid.count).map { 5 + $0 })
    try VolumeFiles.write(scan, to: ct)
    try VolumeFiles.write(other, to: mr)
    var request = SegmentationRequest(inputs: [ct, mr], model: model, device: .cpu)
    let plain = try await service.segment(request)
    #expect(plain.registration == nil && plain.report.registration == nil)
    request.findsRegistration = true
    let result = try await service.segment(request)
    #expect(result.labelMap == plain.labelMap)
    let registration = try #require(result.registration)
    #expect(registration.summary.meanDisplacement > 0)
    let expected = try await networkField(of: [scan, other])
    let field = registration.transform.displacementField(on: grid).vectors
    let voxels = grid.count
    for voxel in 0..<voxels {
      let (d, h, w) = (
        expected[voxel], expected[voxels + voxel], expected[2 * voxels + voxel]
      )
      let inVoxels = SIMD3<Double>(Double(w), Double(h), Double(d)) * grid.spacing
      let inPatient = direction * inVoxels
      #expect(length(SIMD3<Double>(field.voxels[voxel]) - inPatient) < 0.05)
    }
    #expect(
      registration.registered
        == registration.transform.resampled(other, onto: grid, outside: 0, threads: 1)
    )
  }

  /// The field of the model's network for one window, by its graph alone.
  private func networkField(of scans: [Volume<Float>]) async throws -> [Float] {
    let model = try readModel(at: self.model)
    let prepared = try prepare(scans, plan: model.plan.preparation, threads: 1)
    return try await service.field(of: prepared, model)
  }

  @Test("A network without a registration says so, and one with a single scan registers nothing")
  func noRegistration() async throws {
    let plain = try DrawnModel(channels: ["CT", "MR_T1"]).write(to: folder)
    var request = SegmentationRequest(inputs: [ct, ct], model: plain, device: .cpu)
    request.findsRegistration = true
    await #expect(throws: SegmentationError.noRegistration(model: "Dataset001_Drawn")) {
      try await service.segment(request)
    }
    request = SegmentationRequest(inputs: [ct], model: model, device: .cpu)
    request.missingChannels = ["MR_T1"]
    request.findsRegistration = true
    let alone = try await service.segment(request)
    #expect(alone.registration == nil)
    #expect(alone.report.warnings.contains { $0.contains("registered nothing") })
  }
}

extension SegmentationService {
  /// On the device thread, as all that touches libtorch.
  fileprivate func field(of prepared: PreparedCase, _ model: Model) throws -> [Float] {
    let fold = try #require(model.folds.first)
    let network = try PreparedNetwork(
      model.plan.architecture.graph(heads: .registration),
      weights: Weights(fold: fold)
    )
    let image = try Tensor(
      prepared.voxels,
      shape: [1, prepared.channelCount] + prepared.size
    )
    return try network.outputs(of: image)[0].values()
  }
}

private struct Weights: WeightSource {
  let fold: ModelFold

  func values(named name: String, shape: [Int]) throws(NetworkError) -> [Float] {
    guard let tensor = fold.weights[name] else { throw .missingWeight(name: name) }
    return tensor.values
  }
}
