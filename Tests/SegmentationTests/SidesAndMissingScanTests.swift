import Anatomy
import Datasets
import Foundation
import ImageProcessing
import Models
import Segmentation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Merged sides and missing scans in a run")
struct SidesAndMissingScanTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("A model of merged sides gives left and right structures, and loses no voxel")
  func sides() async throws {
    let scan = try writeScan(to: folder)
    let plain = try DrawnModel(structures: ["Parotid", "Brainstem"]).write(to: folder)
    var model = DrawnModel(structures: ["Parotid", "Brainstem"]).model
    let finished = LabelScheme(entries: [
      .init(label: 27, name: "Parotid_L"), .init(label: 28, name: "Parotid_R"),
      .init(label: 5, name: "Brainstem"),
    ])
    model.plan.mergedSides = MergedSides(
      labels: finished,
      structures: [.init(label: 1, left: 27, right: 28), .init(label: 2, left: 5, right: 5)]
    )
    let url = folder.url.appending(path: "merged")
    try writeModel(model, to: url)
    let service = SegmentationService()
    let before = try await service.segment(.init(inputs: [scan], model: plain, device: .cpu))
    let after = try await service.segment(.init(inputs: [scan], model: url, device: .cpu))
    #expect(after.scheme == finished)
    #expect(after.report.structures.map(\.name) == ["Parotid_L", "Parotid_R", "Brainstem"])
    #expect(Set(after.labelMap.voxels).isSubset(of: [0, 5, 27, 28]))
    let merged: [UInt16: UInt16] = [0: 0, 27: 1, 28: 1, 5: 2]
    #expect(after.labelMap.voxels.map { merged[$0] } == before.labelMap.voxels)
  }

  @Test(
    "A drawn patient's structures, merged and parted again, are what they were",
    arguments: 1...6
  )
  func drawnPatient(seed: UInt64) throws {
    let scheme = DrawnPhantom.scheme
    let (_, sides) = try #require(MergedSides.merging(scheme))
    let grid = try VoxelGrid(size: [80, 80, 60], spacing: [4, 4, 5], origin: [-158, -158, -150])
    let (scan, labels) = DrawnPhantom(seed: seed).drawn(on: grid)
    let classes = sides.mergedLabels
    let merged = labels.map { classes[$0] ?? 0 }
    let paired = Set(sides.structures.filter(\.hasSides).map(\.label))
    let plane = MidPlane.ofSymmetry(
      in: scan,
      contrast: .ct,
      near: merged.box(around: paired),
      threads: 2
    )
    let parted = merged.splittingSides(
      sides.structures.map { SideLabels(label: $0.label, left: $0.left, right: $0.right) },
      at: plane
    )
    #expect(parted == labels)
  }

  /// A model of a CT and an MR that was also trained without the MR.
  private func twoScanModel() throws -> URL {
    var model = DrawnModel(channels: ["CT", "MR_T1"]).model
    model.plan.preparation.channels[1] = ChannelNormalization(scheme: .none)
    model.plan.optionalChannels = ["MR_T1"]
    let url = folder.url.appending(path: "two")
    try writeModel(model, to: url)
    return url
  }

  @Test("A scan that the model was trained to do without may be missing: its channel is 0")
  func missing() async throws {
    let scan = try writeScan(to: folder)
    let nothing = folder.url.appending(path: "nothing.nii.gz")
    try VolumeFiles.write(Volume<Float>(repeating: 0, grid: readVolume(at: scan).grid), to: nothing)
    let model = try twoScanModel()
    let service = SegmentationService()
    var request = SegmentationRequest(inputs: [scan, nothing], model: model, device: .cpu)
    let empty = try await service.segment(request)
    request.inputs = [scan]
    request.missingChannels = ["MR_T1"]
    let without = try await service.segment(request)
    #expect(without.labelMap == empty.labelMap)
    #expect(without.report.warnings.contains { $0.contains("without MR_T1") })
    #expect(empty.report.warnings.contains { $0.contains("Nothing to see in MR_T1") })
  }

  @Test("A scan that the model needs may not be missing")
  func needed() async throws {
    let scan = try writeScan(to: folder)
    var request = SegmentationRequest(inputs: [scan], model: try twoScanModel(), device: .cpu)
    request.missingChannels = ["CT"]
    let service = SegmentationService()
    await #expect(throws: SegmentationError.neededChannel(name: "CT", optional: ["MR_T1"])) {
      try await service.segment(request)
    }
    request.missingChannels = []
    await #expect(
      throws: SegmentationError.wrongInputCount(found: 1, channels: ["CT", "MR_T1"])
    ) { try await service.segment(request) }
  }
}
