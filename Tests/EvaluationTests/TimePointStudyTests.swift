import Anatomy
import Evaluation
import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite("Methods weeks later")
struct TimePointStudyTests {
  @Test("Spearman's correlation and its p-value are SciPy's")
  func spearman() throws {
    let count = (0..<40).map { Double($0) }
    let turned = (0..<40).map { Double($0 * 17 % 40) }
    let examples: [(x: [Double], y: [Double], rho: Double, p: Double)] = [
      ([1, 2, 3, 4, 5, 6, 7], [2, 1, 4, 3, 7, 6, 5], 0.7857142857142859, 0.03623846267982715),
      (
        [0.1, -0.4, 0.9, 0.9, -1, 0.3, 0.3, 0.2], [0.5, 0.7, 0.1, 0.2, 0.8, 0.2, 0.2, 0.9],
        -0.8148769172359115, 0.01374007737353684
      ),
      ([1, 2, 3], [3, 1, 2], -0.5, 0.6666666666666666),
      (count, turned, -0.020637898686679177, 0.8994153748586726),
      ([1, 2, 3, 4, 5], [10, 20, 30, 40, 50], 1, 0),
    ]
    for example in examples {
      let pairs = zip(example.x, example.y).map { (x: $0, y: $1) }
      let found = try #require(SpearmanCorrelation(pairs))
      #expect(found.count == pairs.count)
      #expect(abs(found.coefficient - example.rho) < 1e-12)
      #expect(abs(found.pValue - example.p) < 1e-10)
    }
    #expect(SpearmanCorrelation([(1, 2), (2, 3)]) == nil)
    #expect(SpearmanCorrelation([(1, 2), (1, 3), (1, 4)]) == nil)
  }

  private func outcome(
    _ name: String,
    _ before: Double,
    _ now: Double,
    _ found: Double,
    common: Double
  ) -> TimePointOutcome {
    TimePointOutcome(
      caseName: name,
      structure: "GTVp",
      millilitersBefore: before,
      millilitersNow: now,
      millilitersFound: found,
      millilitersCommon: common,
      dice: now + found > 0 ? 2 * common / (now + found) : nil
    )
  }

  @Test("Empty cases, vanished tumors and volumes are counted as they are named")
  func summary() throws {
    let outcomes = [
      outcome("a", 10, 8, 8, common: 6), outcome("b", 4, 0, 0, common: 0),
      outcome("c", 6, 0, 2, common: 0), outcome("d", 2, 1, 0, common: 0),
      outcome("e", 0, 0, 0, common: 0), outcome("f", 20, 30, 20, common: 20),
    ]
    let study = TimePointStudy(
      [TimePointMethod(name: "ours", outcomes: outcomes)],
      structures: ["GTVp"]
    )
    let found = try #require(study.summary(of: "ours", "GTVp"))
    let aggregated = try #require(found.aggregatedDice)
    #expect(abs(aggregated - 52.0 / 69) < 1e-12)
    // Dice of 0.75, 0, 0 and 0.8, and two patients without a voxel on either side.
    let sum = 1.55
    let mean = try #require(found.meanDice)
    #expect(abs(mean - sum / 4) < 1e-12)
    #expect(abs(found.meanDiceCredited - (sum + 2) / 6) < 1e-12)
    #expect(abs(found.meanDicePunished - sum / 6) < 1e-12)
    #expect(found.vanished == .init(count: 1, total: 2) && found.kept == .init(count: 2, total: 3))
    #expect(found.vanished.share == 0.5)
    #expect(found.diceByVolume == [0, nil, 0.75, 0.8])
    #expect(study.volumeBins.map { $0.counts["GTVp"] } == [1, 0, 1, 1])
    // Changes −0.2, −0.5, 0.5 and Dice 0.75, 0, 0.8 are ordered alike.
    #expect(found.correlation?.coefficient == 1 && found.correlation?.count == 3)
  }

  @Test("Each method is tested against each before it, corrected for all tests")
  func tests() throws {
    func method(_ name: String, _ gain: Double) -> TimePointMethod {
      TimePointMethod(
        name: name,
        outcomes: (0..<12).map { index in
          outcome("\(index)", 10, 10, 10, common: 4 + gain * (1 + Double(index) / 20))
        }
      )
    }
    let study = TimePointStudy(
      [method("earlier", 0), method("map", 1), method("masks", 2)],
      structures: ["GTVp"]
    )
    #expect(study.tests.map(\.method) == ["map", "masks", "masks"])
    #expect(study.tests.map(\.other) == ["earlier", "earlier", "map"])
    // Twelve differences of one sign: 2 / 2¹².
    for test in study.tests {
      #expect(abs(test.pValue - 2 / 4096) < 1e-12)
      #expect(abs(test.correctedPValue - 3 * 2 / 4096) < 1e-12)
      #expect(test.meanDifference > 0.1 && test.count == 12)
    }
  }

  @Test("Label maps of folders are compared, the earlier contours among the methods")
  func files() throws {
    let folder = try TemporaryFolder()
    let grid = try VoxelGrid(size: [10, 10, 4], spacing: [2, 2, 5])
    func write(_ name: String, _ i: Range<Int>, label: UInt16) throws {
      var map = LabelMap(repeating: 0, grid: grid)
      for k in 1..<3 { for j in 2..<6 { for i in i { map[i, j, k] = label } } }
      let place = folder.url.appending(path: name)
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try VolumeFiles.write(map, scheme: nil, to: place)
    }
    for patient in ["2", "10"] {
      let place = "release/\(patient)/midRT/\(patient)"
      try write("\(place)_midRT_mask.nii.gz", 2..<6, label: 1)
      try write("\(place)_preRT_mask_registered.nii.gz", 4..<8, label: 1)
      try write("ours/\(patient).nii.gz", 2..<6, label: patient == "2" ? 1 : 2)
    }
    let patients = TimePointRequest.patients(
      inRelease: folder.url.appending(path: "release")
    )
    #expect(patients.map(\.name) == ["2", "10"])
    let scheme = try #require(LabelScheme(named: "hntsmrg"))
    let ours = folder.url.appending(path: "ours")
    let study = try compareTimePoints(
      TimePointRequest(patients: patients, methods: [("ours", ours)], scheme: scheme)
    )
    #expect(study.methods.map(\.name) == [TimePointRequest.baseline, "ours"])
    for (method, expected) in [(TimePointRequest.baseline, 0.5), ("ours", 2.0 / 3)] {
      let found = try #require(study.summary(of: method, "GTVp")?.aggregatedDice)
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(study.methods[1].outcomes.map(\.dice) == [1, nil, 0, 0])
    #expect(study.methods[1].outcomes[0].millilitersNow == 32 * 0.02)
    #expect(study.methods[1].outcomes[0].hausdorff95 == 0)
    let lines = study.csv().split(separator: "\n")
    #expect(lines.count == 1 + 8 && lines[5].hasPrefix("ours,2,GTVp,0.64,0.64,0.64,0.64,1.0,0.0"))
    try FileManager.default.removeItem(at: ours.appending(path: "10.nii.gz"))
    #expect(throws: TimePointError.missing(patient: "10", method: "ours")) {
      try compareTimePoints(
        TimePointRequest(patients: patients, methods: [("ours", ours)], scheme: scheme)
      )
    }
    #expect(throws: TimePointError.noPatients) {
      try compareTimePoints(TimePointRequest(patients: [], methods: [], scheme: scheme))
    }
  }
}
