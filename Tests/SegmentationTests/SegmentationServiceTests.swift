import Anatomy
import Foundation
import ImageProcessing
import Inference
import Models
import Segmentation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Segmenting a case")
struct SegmentationServiceTests {
  private let folder: TemporaryFolder
  private let scan: URL

  init() throws {
    folder = try TemporaryFolder()
    scan = try writeScan(to: folder)
  }

  @Test("Gives labels on the scan's grid, and a report that says what was done")
  func report() async throws {
    let model = try DrawnModel(folds: 2).write(to: folder)
    let stages = Stages()
    let result = try await SegmentationService().segment(
      SegmentationRequest(inputs: [scan], model: model, device: .cpu, threads: 2)
    ) { stages.add($0) }
    #expect(result.labelMap.grid == result.scan.grid)
    #expect(Set(result.labelMap.voxels).isSubset(of: [0, 1, 2]))
    #expect(Set(result.labelMap.voxels).count > 1)
    #expect(result.isCT)

    let report = result.report
    #expect(report.versions.keys.sorted() == ["delineate", "libtorch"])
    #expect(report.model.name == "Dataset001_Drawn 3d_fullres")
    #expect(report.model.trainer == "nnUNetTrainer")
    #expect(report.model.folds == ["0", "1"])
    #expect(report.model.sha256 == ["sum 0", "sum 1"])
    #expect(report.grid.size == [40, 40, 20])
    #expect(report.grid.spacing == [10, 10, 14])
    #expect(report.grid.orientation.count == 3)
    let settings = report.settings
    #expect(settings.precision == "fp32" && settings.device == "cpu" && settings.threads == 2)
    #expect(settings.mirroringAxes == [0, 1] && settings.step == 0.5)
    #expect(settings.windowPlacement == "nnunet")
    #expect(report.windows.run == report.windows.possible)
    #expect(stages.windows == report.windows.run * 2)
    #expect(stages.names.contains("Segmenting"))
    let total = try #require(report.seconds["total"])
    #expect(report.seconds.filter { $0.key != "total" }.values.reduce(0, +) <= total * 1.01)
    #expect(report.peakMemoryInMegabytes > 1)
    #expect(report.structures.map(\.name) == ["Brain", "Mandible"])
    for structure in report.structures {
      let count = result.labelMap.voxels.count { $0 == structure.label }
      #expect(structure.voxels == count)
      #expect(abs(structure.volumeInMilliliters - Double(count) * 1.4) < 1e-6)
    }
    let json = try JSONEncoder().encode(report)
    #expect(try JSONDecoder().decode(RunReport.self, from: json) == report)
    #expect(!String(decoding: json, as: UTF8.self).contains("scan-1"))
  }

  @Test("Follows the model's rules for label maps, unless asked not to")
  func postprocessing() async throws {
    var model = DrawnModel().model
    model.postprocessing = Postprocessing(
      rules: [
        .init(labels: [1], structures: ["Brain"], isApplied: true),
        .init(labels: [2], structures: ["Mandible"], isApplied: false),
      ]
    )
    let url = folder.url.appending(path: "with-rules")
    try writeModel(model, to: url)
    let service = SegmentationService()
    var request = SegmentationRequest(inputs: [scan], model: url, device: .cpu)
    request.postprocessing = false
    let plain = try await service.segment(request)
    #expect(plain.report.postprocessing.isEmpty)
    request.postprocessing = true
    let cleaned = try await service.segment(request)
    var expected = plain.labelMap
    let removed = expected.keepLargestComponent(of: [1])
    #expect(removed > 0)
    #expect(cleaned.labelMap == expected)
    #expect(cleaned.report.postprocessing.map(\.removedVoxels) == [removed])
    #expect(
      cleaned.report.structures.map(\.voxels) == [
        expected.voxels.count { $0 == 1 }, expected.voxels.count { $0 == 2 },
      ]
    )
  }

  @Test("Gives the same bytes for 1, 2 and 3 threads")
  func threads() async throws {
    let model = try DrawnModel().write(to: folder)
    let service = SegmentationService()
    var labels: [[UInt16]] = []
    for threads in [1, 2, 3] {
      let request = SegmentationRequest(
        inputs: [scan],
        model: model,
        device: .cpu,
        threads: threads
      )
      labels.append(try await service.segment(request).labelMap.voxels)
    }
    #expect(labels[1] == labels[0])
    #expect(labels[2] == labels[0])
  }

  @Test("A case read ahead gives what it gives alone")
  func readAhead() async throws {
    let model = try DrawnModel().write(to: folder)
    let first = SegmentationRequest(inputs: [scan], model: model, device: .cpu)
    let second = SegmentationRequest(
      inputs: [try writeScan(to: folder, seed: 2)],
      model: model,
      device: .cpu
    )
    let service = SegmentationService()
    let one = try await service.segment(first, next: second)
    let two = try await service.segment(second)
    let alone = try await SegmentationService().segment(second)
    #expect(two.labelMap == alone.labelMap)
    #expect(one.labelMap != two.labelMap)
  }

  @Test("Windows on the body are fewer, and air holds no structure", arguments: [false, true])
  func body(isRegions: Bool) async throws {
    let model = try DrawnModel(isRegions: isRegions).write(to: folder)
    let result = try await SegmentationService().segment(
      SegmentationRequest(
        inputs: [scan],
        model: model,
        mirroring: false,
        stepFraction: 1,
        device: .cpu,
        placement: .body
      )
    )
    let windows = result.report.windows
    #expect(windows.run < windows.possible)
    #expect(result.report.settings.mirroringAxes == [])
    #expect(result.report.warnings.contains { $0.hasPrefix("Body placement") })
    #expect(result.labelMap[0, 0, 0] == 0)
    #expect(result.labelMap[39, 0, 19] == 0)
  }

  @Test("bfloat16 is told in the report")
  func bfloat16() async throws {
    let model = try DrawnModel().write(to: folder)
    let result = try await SegmentationService().segment(
      SegmentationRequest(inputs: [scan], model: model, precision: .bfloat16, device: .cpu)
    )
    #expect(result.report.settings.precision == "bf16")
    #expect(result.report.warnings.contains { $0.hasPrefix("bf16") })
  }

  @Test("Probabilities are one file per structure, and agree with the labels")
  func probabilities() async throws {
    let model = try DrawnModel().write(to: folder)
    let place = folder.url.appending(path: "probabilities")
    let result = try await SegmentationService().segment(
      SegmentationRequest(
        inputs: [scan],
        model: model,
        device: .cpu,
        probabilitiesFolder: place
      )
    )
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
        == ["Brain.nii.gz", "Mandible.nii.gz"]
    )
    let brain = try readVolume(at: place.appending(path: "Brain.nii.gz"))
    let mandible = try readVolume(at: place.appending(path: "Mandible.nii.gz"))
    #expect(brain.grid.matches(result.labelMap.grid))
    for (label, pair) in zip(result.labelMap.voxels, zip(brain.voxels, mandible.voxels)) {
      let values = [1 - pair.0 - pair.1, pair.0, pair.1]
      #expect(values.allSatisfy { (-1e-5...1).contains($0) })
      #expect(values[Int(label)] > (values.max() ?? 1) - 1e-5)
    }
  }

  @Test("Another number of inputs than the model's channels is refused")
  func inputCount() async throws {
    let model = try DrawnModel(channels: ["CT", "T2"]).write(to: folder)
    let request = SegmentationRequest(inputs: [scan], model: model, device: .cpu)
    let error = SegmentationError.wrongInputCount(found: 1, channels: ["CT", "T2"])
    await #expect(throws: error) { try await SegmentationService().segment(request) }
    #expect(error.description == "Segment: 1 inputs; the model takes 2: CT, T2.")
  }

  @Test("A model that is not there, or a fold it lacks, is refused")
  func missingModel() async throws {
    let nowhere = SegmentationRequest(
      inputs: [scan],
      model: folder.url.appending(path: "nothing"),
      device: .cpu
    )
    await #expect(throws: ModelError.self) { try await SegmentationService().segment(nowhere) }
    let model = try DrawnModel().write(to: folder)
    let request = SegmentationRequest(inputs: [scan], model: model, folds: ["7"], device: .cpu)
    await #expect(throws: ModelError.self) { try await SegmentationService().segment(request) }
  }

  @Test("A scan that is not there is refused, and the service goes on")
  func missingScan() async throws {
    let model = try DrawnModel().write(to: folder)
    let service = SegmentationService()
    let nowhere = folder.url.appending(path: "nothing.nii.gz")
    let request = SegmentationRequest(inputs: [nowhere], model: model, device: .cpu)
    await #expect(throws: VolumeFileError.self) { try await service.segment(request) }
    let good = SegmentationRequest(inputs: [scan], model: model, device: .cpu)
    await #expect(throws: Never.self) { try await service.segment(good) }
  }

  @Test("A cascade runs its first stage, and needs it")
  func cascade() async throws {
    let second = try DrawnModel(configuration: "3d_cascade", previousStage: "3d_lowres").write(
      to: folder,
      as: "T__P__3d_cascade"
    )
    let request = SegmentationRequest(inputs: [scan], model: second, device: .cpu)
    await #expect(throws: SegmentationError.noPreviousStage(name: "3d_lowres")) {
      try await SegmentationService().segment(request)
    }
    let first = try DrawnModel(configuration: "3d_lowres").write(
      to: folder,
      as: "T__P__3d_lowres"
    )
    let result = try await SegmentationService().segment(request)
    #expect(result.report.model.name.hasSuffix("3d_cascade"))
    #expect(result.report.seconds["previousStage"] != nil)

    try FileManager.default.removeItem(at: first)
    _ = try DrawnModel(configuration: "3d_lowres", structures: ["Brain", "Larynx"]).write(
      to: folder,
      as: "T__P__3d_lowres"
    )
    await #expect(throws: SegmentationError.previousStageDiffers(name: "3d_lowres")) {
      try await SegmentationService().segment(request)
    }
  }

  @Test("A cancelled task stops with the error that says so")
  func cancellation() async throws {
    let model = try DrawnModel().write(to: folder)
    let request = SegmentationRequest(inputs: [scan], model: model, device: .cpu)
    let task = Task {
      try await SegmentationService().segment(request) { progress in
        if case .windows = progress { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: InferenceError.cancelled) { try await task.value }
  }

  @Test("Every error is one sentence")
  func sentences() {
    let errors: [SegmentationError] = [
      .wrongInputCount(found: 0, channels: ["CT"]), .noPreviousStage(name: "3d_lowres"),
      .previousStageDiffers(name: "3d_lowres"), .unwritableProbabilities(folder: "somewhere"),
    ]
    for error in errors {
      #expect(error.description.hasPrefix("Segment: ") && error.description.hasSuffix("."))
    }
  }
}

/// What a run reported on its way.
private final class Stages: @unchecked Sendable {
  // Only the device thread writes; the test reads after the run.
  private(set) var names: [String] = []
  private(set) var windows = 0

  func add(_ progress: SegmentationProgress) {
    switch progress {
    case .stage(let name): names.append(name)
    case .windows(let done, _): windows = done
    }
  }
}
