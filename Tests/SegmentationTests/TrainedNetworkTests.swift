import Anatomy
import Datasets
import Foundation
import Inference
import Segmentation
import SegmentationMetrics
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Contours of trained networks")
struct TrainedNetworkTests {
  private static let phantomNetwork = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Networks/phantom")

  /// A model of the shared data.
  private func model(_ name: String) throws -> URL {
    let folders = [
      "plain": "nnUNetTrainerAdamShort__nnUNetPlans__3d_fullres",
      "resenc": "nnUNetTrainerAdamTiny__nnUNetPlans__3d_resenc",
    ]
    return try #require(SharedData.folder).appending(
      path: "nnunet_model/\(name)/Dataset501_OpenKBP/\(try #require(folders[name]))"
    )
  }

  @Test(
    "Labels of a real patient are nnU-Net's own in 99.99 % of the voxels",
    .enabled(
      if: SharedData.has("nnunet_model/predictions/plain/pt_201.nii.gz")
        && SharedData.has("openkbp/pt_201/ct.nii.gz"),
      "needs ../shared/data"
    ),
    arguments: ["plain", "resenc"]
  )
  func agrees(name: String) async throws {
    let data = try #require(SharedData.folder)
    let result = try await SegmentationService().segment(
      SegmentationRequest(
        inputs: [data.appending(path: "openkbp/pt_201/ct.nii.gz")],
        model: try model(name),
        mirroring: false,
        device: .cpu
      )
    )
    let reference = try readLabelMap(
      at: data.appending(path: "nnunet_model/predictions/\(name)/pt_201.nii.gz")
    )
    let comparison = try LabelComparison(
      reference: reference.labelMap,
      prediction: result.labelMap
    )
    #expect(comparison.agreement >= 0.9999)
    #expect(!comparison.labels.isEmpty)
    for label in comparison.labels { #expect(try #require(comparison.dice(of: label)) > 0.99) }
  }

  @Test(
    "Part of a real patient gets the same bytes for 1 and 2 threads",
    .enabled(
      if: SharedData.has("nnunet_model/plain") && SharedData.has("openkbp/pt_201/ct.nii.gz"),
      "needs ../shared/data"
    ),
    arguments: ["plain", "resenc"]
  )
  func threads(name: String) async throws {
    let data = try #require(SharedData.folder)
    let scan = try readVolume(at: data.appending(path: "openkbp/pt_201/ct.nii.gz"))
    let size = SIMD3(48, 48, 24)
    let first = SIMD3(
      (scan.grid.size.x - size.x) / 2,
      (scan.grid.size.y - size.y) / 2,
      (scan.grid.size.z - size.z) / 2
    )
    var voxels: [Float] = []
    for k in 0..<size.z {
      for j in 0..<size.y {
        for i in 0..<size.x { voxels.append(scan[first.x + i, first.y + j, first.z + k]) }
      }
    }
    let folder = try TemporaryFolder()
    let part = folder.url.appending(path: "part.nii.gz")
    let grid = try VoxelGrid(size: size, spacing: scan.grid.spacing)
    try VolumeFiles.write(Volume(grid: grid, voxels: voxels), to: part)
    let service = SegmentationService()
    var labels: [[UInt16]] = []
    for threads in [1, 2] {
      let request = SegmentationRequest(
        inputs: [part],
        model: try model(name),
        mirroring: false,
        stepFraction: 1,
        device: .cpu,
        threads: threads
      )
      labels.append(try await service.segment(request).labelMap.voxels)
    }
    #expect(labels[0] == labels[1])
  }

  @Test(
    "The demo's network finds a drawn patient's structures",
    .enabled(
      if: FileManager.default.fileExists(atPath: phantomNetwork.path),
      "needs Networks/phantom"
    )
  )
  func phantom() async throws {
    let drawn = DrawnPhantom(seed: 4711).drawn(on: try DrawnPhantom.standardGrid())
    let folder = try TemporaryFolder()
    let scan = folder.url.appending(path: "ct.nii.gz")
    try VolumeFiles.write(drawn.scan, to: scan)
    let result = try await SegmentationService().segment(
      SegmentationRequest(
        inputs: [scan],
        model: Self.phantomNetwork,
        mirroring: false,
        device: .cpu,
        placement: .body
      )
    )
    #expect(result.scheme.entries.map(\.name) == DrawnPhantom.scheme.entries.map(\.name))
    let comparison = try LabelComparison(reference: drawn.labels, prediction: result.labelMap)
    let dice = DrawnPhantom.scheme.entries.map { comparison.dice(of: $0.label) ?? 0 }
    #expect(dice.reduce(0, +) / Double(dice.count) > 0.7)
    #expect(result.report.structures.allSatisfy { $0.voxels > 0 })
  }
}
