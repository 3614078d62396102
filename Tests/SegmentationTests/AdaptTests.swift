import Adaptation
import Anatomy
import Foundation
import Datasets
import ImageProcessing
import Models
import Preprocessing
import Segmentation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Contouring tumors again")
struct AdaptTests {
  private let folder: TemporaryFolder
  private let scan: URL
  private let contours: URL

  init() throws {
    folder = try TemporaryFolder()
    scan = try writeScan(to: folder)
    let grid = try readScan(at: scan).volume.grid
    var map = LabelMap(repeating: 0, grid: grid)
    for k in 8..<12 {
      for j in 14..<20 {
        for i in 12..<17 { map[i, j, k] = 1 }
        for i in 26..<29 { map[i, j, k] = 2 }
      }
    }
    contours = folder.url.appending(path: "contours.nii.gz")
    try VolumeFiles.write(map, scheme: nil, to: contours)
  }

  private func model(
    _ channels: [String] = ["T2", "gradient_delineate", "mask_prior_GTVp"],
    rules: AdaptationRules? = nil
  ) throws -> URL {
    var model = DrawnModel(structures: ["GTVp", "GTVn"], channels: channels).model
    for index in channels.indices {
      model.plan.preparation.channels[index] = ChannelNormalization(
        scheme: channels[index].hasPrefix("mask") ? .none : .zScore
      )
    }
    let url = folder.url.appending(path: "model-\(UUID().uuidString)")
    try writeModel(model, to: url)
    if let rules {
      try JSONEncoder().encode(rules).write(to: url.appending(path: AdaptationRules.fileName))
    }
    return url
  }

  private func request(_ model: URL, margins: [Double] = [0.5]) -> AdaptRequest {
    AdaptRequest(
      later: scan,
      contours: contours,
      settings: SegmentationRequest(inputs: [], model: model, device: .cpu, threads: 2),
      margins: margins
    )
  }

  @Test("One run gives what segment gives on the same channels")
  func channels() async throws {
    let request = request(try model())
    let guidance = try request.guidance()
    #expect(guidance.prior.instances.map(\.label) == [1, 2])
    let service = SegmentationService()
    let result = try await service.adapt(request, guidance: guidance)
    var settings = request.settings
    settings.inputs = try ["T2", "gradient_delineate", "mask_prior_GTVp"].map { name in
      let channel = try #require(AdaptationChannel(named: name))
      let file = folder.url.appending(path: "\(name).nii.gz")
      try VolumeFiles.write(guidance.prior.volume(of: channel), to: file)
      return file
    }
    let expected = try await service.segment(settings)
    #expect(result.segmentation.labelMap == expected.labelMap)
    #expect(result.segmentation.labelMap.grid == guidance.prior.later.grid)
    #expect(result.segmentation.labelMap != guidance.prior.contours)
    #expect(result.uncertainty == nil && result.runs == 1)
    let before = result.changes.map(\.millilitersBefore)
    #expect(abs(before[0] - 120 * 1.4) < 1e-9 && abs(before[1] - 72 * 1.4) < 1e-9)
  }

  @Test("Several margins are averaged, and the voxels they disagree on are unsure")
  func margins() async throws {
    let request = request(try model(["T2", "gradient_delineate"]), margins: [0, 1])
    let result = try await SegmentationService().adapt(request, guidance: request.guidance())
    #expect(result.runs == 2)
    let unsure = try #require(result.uncertainty)
    #expect(unsure.grid == result.segmentation.labelMap.grid)
    #expect(unsure.voxels.allSatisfy { $0 >= 0 && $0 <= 1 })
    #expect(unsure.voxels.contains { $0 > 0.5 })
    let again = try await SegmentationService().adapt(request, guidance: request.guidance())
    #expect(again.segmentation.labelMap == result.segmentation.labelMap)
  }

  @Test("A structure below its rule's volume is reported as vanished, and its interval is told")
  func rules() async throws {
    let open = request(try model())
    let free = try await SegmentationService().adapt(open, guidance: open.guidance())
    let drawn = free.changes.map(\.millilitersAfter)
    try #require(drawn[0] > 0 && drawn[1] > 0)
    func cases(_ rest: Double) -> [TumorOutcome] {
      (1...20).map { TumorOutcome(predicted: 10 * rest * Double($0), actual: Double($0)) }
        + [TumorOutcome(predicted: rest, actual: 0)]
    }
    let rules = AdaptationRules(
      existence: [try ExistenceRule(structure: "GTVp", outcomes: cases(drawn[0] * 1.01))],
      intervals: [try VolumeIntervalRule(structure: "GTVn", outcomes: cases(drawn[1]))]
    )
    let request = request(try model(rules: rules))
    let result = try await SegmentationService().adapt(request, guidance: request.guidance())
    #expect(result.changes[0].millilitersAfter == 0)
    #expect(result.changes[0].tumors.map(\.fate) == [.vanished])
    #expect(!result.segmentation.labelMap.voxels.contains(1))
    #expect(result.segmentation.report.warnings.contains { $0.hasPrefix("GTVp:") })
    #expect(result.changes[1].millilitersAfter == drawn[1])
    #expect(try #require(result.intervals["GTVn"]).contains(drawn[1]))
    var kept = request
    kept.followsExistence = false
    let all = try await SegmentationService().adapt(kept, guidance: kept.guidance())
    #expect(all.segmentation.labelMap == free.segmentation.labelMap)
  }

  @Test("What is left of each tumor's contrast is told where the earlier scan is known")
  func contrast() async throws {
    // MR has no negative values.
    let later = try readScan(at: scan).volume.map { $0 + 2000 }
    var request = request(try model())
    request.later = folder.url.appending(path: "later.nii.gz")
    try VolumeFiles.write(later, to: request.later)
    let without = try await SegmentationService().adapt(request, guidance: request.guidance())
    #expect(without.changes.flatMap(\.tumors).allSatisfy { $0.remainingContrast == nil })
    let prior = try readLabelMap(at: contours).labelMap
    var earlier = later.map { _ in Float(100) }
    for place in prior.voxels.indices where prior.voxels[place] > 0 {
      earlier.withUnsafeMutableVoxels { $0[place] = 300 }
    }
    let file = folder.url.appending(path: "earlier.nii.gz")
    try VolumeFiles.write(earlier, to: file)
    request.earlier = file
    let result = try await SegmentationService().adapt(request, guidance: request.guidance())
    let known = result.changes.map { $0.tumors.compactMap(\.remainingContrast) }
    #expect(known.map(\.count) == [1, 1])
    #expect(known.joined().allSatisfy { abs($0) < 1 })
    #expect(result.segmentation.labelMap == without.segmentation.labelMap)
  }

  @Test("Empty earlier contours are said, and the network runs without guidance")
  func emptyPrior() async throws {
    let grid = try readScan(at: scan).volume.grid
    try VolumeFiles.write(LabelMap(repeating: 0, grid: grid), scheme: nil, to: contours)
    let request = request(try model())
    let result = try await SegmentationService().adapt(request, guidance: request.guidance())
    #expect(result.segmentation.report.warnings.contains { $0.contains("are empty") })
    #expect(result.changes.allSatisfy { $0.millilitersBefore == 0 })
  }

  @Test("What does not fit together is refused in a sentence")
  func refusals() async throws {
    let plain = request(try model(["T2"]))
    await #expect(throws: AdaptError.notAdaptive(channels: ["T2"])) {
      _ = try await SegmentationService().adapt(plain, guidance: plain.guidance())
    }
    let needsScan = request(try model(["T2", "T2_prior", "mask_prior", "gradient"]))
    await #expect(throws: AdaptationError.noEarlierScan(channel: "T2_prior")) {
      _ = try await SegmentationService().adapt(needsScan, guidance: needsScan.guidance())
    }
    var other = request(try model())
    other.contours = folder.url.appending(path: "other.nii.gz")
    let grid = try VoxelGrid(size: [40, 40, 21], spacing: [10, 10, 14])
    try VolumeFiles.write(LabelMap(repeating: 1, grid: grid), scheme: nil, to: other.contours)
    #expect(throws: AdaptationError.self) { try other.guidance() }
    try VolumeFiles.write(LabelMap(repeating: 7, grid: grid), scheme: nil, to: other.contours)
    #expect(
      throws: AdaptError.unknownLabels(
        file: "other.nii.gz",
        labels: [7],
        known: ["1 GTVp", "2 GTVn"]
      )
    ) { try other.guidance() }
    let damaged = try model()
    try Data("{".utf8).write(to: damaged.appending(path: AdaptationRules.fileName))
    #expect(throws: AdaptError.damagedRules(file: "adaptation.json")) {
      try adaptationRules(of: damaged)
    }
  }
}

@Suite("Training data of two time points")
struct AdaptiveDatasetTests {
  /// Six patients of a few voxels in HNTS-MRG's layout.
  private func patients(in folder: URL) throws {
    let grid = try VoxelGrid(size: [24, 20, 8], spacing: [1, 1, 2])
    for patient in 1...6 {
      var scan = Volume<Float>(repeating: 0, grid: grid)
      var mask = LabelMap(repeating: 0, grid: grid)
      for k in 0..<8 {
        for j in 0..<20 {
          for i in 0..<24 {
            scan[i, j, k] = Float((i * patient + 3 * j + 5 * k) % 17)
            if (8..<12).contains(i), (8..<12).contains(j), (3..<5).contains(k) {
              mask[i, j, k] = patient.isMultiple(of: 2) ? 2 : 1
            }
          }
        }
      }
      let place = folder.appending(path: "\(patient)")
      for time in ["preRT", "midRT"] {
        try FileManager.default.createDirectory(
          at: place.appending(path: time),
          withIntermediateDirectories: true
        )
        try VolumeFiles.write(
          scan,
          to: place.appending(path: "\(time)/\(patient)_\(time)_T2.nii.gz")
        )
        try VolumeFiles.write(
          mask,
          scheme: nil,
          to: place.appending(path: "\(time)/\(patient)_\(time)_mask.nii.gz")
        )
      }
      try VolumeFiles.write(
        scan,
        to: place.appending(path: "midRT/\(patient)_preRT_T2_registered.nii.gz")
      )
      try VolumeFiles.write(
        mask,
        scheme: nil,
        to: place.appending(path: "midRT/\(patient)_preRT_mask_registered.nii.gz")
      )
    }
  }

  @Test("Both scans of a patient become samples; earlier ones only train, beside their patient")
  func samples() throws {
    let folder = try TemporaryFolder()
    let (source, raw) = (folder.url.appending(path: "in"), folder.url.appending(path: "raw"))
    try patients(in: source)
    let channels = [AdaptationChannel.later, .gradientMap(.publishedCode)]
    let dataset = AdaptiveDataset(source: source, channels: channels, seed: 4)
    #expect(try dataset.write(to: raw) == (6, 12))
    let splits = try CrossValidationSplits(
      contentsOf: raw.appending(path: "splits_final.json")
    )
    #expect(splits.folds.count == 5)
    for fold in splits.folds {
      #expect(fold.validation.allSatisfy { !$0.hasSuffix("pre") })
      let training = Set(fold.training)
      for name in fold.validation { #expect(!training.contains("\(name)pre")) }
      #expect(training.count == 2 * (6 - fold.validation.count))
    }
    #expect(Set(splits.folds.flatMap(\.validation)) == Set((1...6).map(String.init)))
    let read = try TrainingDataset(at: raw)
    #expect(read.channelNames == ["T2", "gradient"])
    #expect(read.labels.entries.map(\.name) == ["GTVp", "GTVn"])
    #expect(read.cases.count == 12 && read.ownSplits == splits)
    let map = try readVolume(at: raw.appending(path: "imagesTr/3pre_0001.nii.gz"))
    #expect(map[10, 10, 4] > 0 && map[0, 0, 0] == 0)
    // Drawn margins come from the seed and the sample's name alone.
    let again = folder.url.appending(path: "again")
    _ = try dataset.write(to: again)
    for name in ["3_0001.nii.gz", "3pre_0001.nii.gz"] {
      let files = [raw, again].map { $0.appending(path: "imagesTr/\(name)") }
      #expect(try readVolume(at: files[0]) == (try readVolume(at: files[1])))
    }
  }

  @Test("Where a channel shows the earlier contours, earlier scans would see their own answer")
  func maskChannels() throws {
    let folder = try TemporaryFolder()
    let (source, raw) = (folder.url.appending(path: "in"), folder.url.appending(path: "raw"))
    try patients(in: source)
    let channels = [AdaptationChannel.later, .earlier, .priorMask(structure: "GTVn")]
    let dataset = AdaptiveDataset(source: source, channels: channels, seed: 0)
    #expect(try dataset.write(to: raw) == (6, 6))
    let shown = try readVolume(at: raw.appending(path: "imagesTr/2_0002.nii.gz"))
    #expect(shown[10, 10, 4] == 1 && shown[0, 0, 0] == 0)
    let hidden = try readVolume(at: raw.appending(path: "imagesTr/1_0002.nii.gz"))
    #expect(hidden.voxels.allSatisfy { $0 == 0 })
  }
}
