import Datasets
import Foundation
import ImageProcessing
import Models
import Preprocessing
import TestSupport
import Testing
import Training
import Volumes

@Suite("Prepared data set")
struct PreparedDatasetTests {
  private let drawn: DrawnCases

  init() throws { drawn = try DrawnCases() }

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: drawn.prepared.folder.appending(path: name))
  }

  @Test("A prepared case is what inference sees, and its labels lie with it")
  func content() throws {
    for axes in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
      let spacing = axes.map { [2.0, 1, 1][$0] }
      let plan = DrawnCases.plan(spacing: spacing, transposeForward: axes).model
      let summary = try drawn.prepared.prepare(drawn.dataset, plan: plan, threads: 2)
      #expect(summary.prepared == 3 && summary.kept == 0)
      let files = try drawn.prepared.open(["case_0", "case_2"], plan: plan)
      for (file, number) in zip(files, [0, 2]) {
        let loaded = try drawn.dataset.load(drawn.dataset.cases[number])
        let expected = try prepare(loaded.channels, plan: plan.preparation, threads: 1)
        #expect(file.image == expected.voxels && file.record.size == expected.size)
        #expect(try file.record.gridRestoration() == expected.restoration)
        #expect(file.image.map(DrawnCases.label) == file.labels)
        #expect(file.record.contoured == (number == 2 ? [1, 2] : [1, 2, 3]))
      }
    }
  }

  @Test("At most 10,000 places of each class are listed, all of them the class's")
  func locations() throws {
    let plan = DrawnCases.plan().model
    _ = try drawn.prepared.prepare(drawn.dataset, plan: plan, threads: 1)
    let file = try drawn.prepared.open(["case_0"], plan: plan)[0]
    let (labels, size) = (file.labels, file.record.size)
    for (label, count) in [(0, 0), (1, 10_000), (2, 2016), (3, 960), (4, 0)] {
      let places = file.locations(of: label).map { ($0[0] * size[1] + $0[1]) * size[2] + $0[2] }
      #expect(places.count == count && Set(places).count == count, "\(label)")
      #expect(places.allSatisfy { labels[$0] == UInt8(label) })
      // Drawn evenly: half of the places lie in half of the volume.
      if label == 1 {
        let low = places.filter { $0 < labels.count / 2 }.count
        #expect(abs(low - 5000) < 250)
      }
    }
  }

  @Test("The files are safetensors: length, header, numbers")
  func safetensors() throws {
    let plan = DrawnCases.plan().model
    _ = try drawn.prepared.prepare(drawn.dataset, plan: plan, threads: 1)
    let data = try bytes("case_1.safetensors")
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let root = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length))
    let header = try #require(root as? [String: [String: Any]])
    #expect((length + 8).isMultiple(of: 64))
    #expect(header["image"]?["dtype"] as? String == "F32")
    #expect(header["image"]?["shape"] as? [Int] == [1, 24, 36, 48])
    #expect(header["labels"]?["dtype"] as? String == "U8")
    let offsets = try #require(header["labels"]?["data_offsets"] as? [Int])
    #expect(offsets[1] - offsets[0] == 24 * 36 * 48 && 8 + length + offsets[1] == data.count)
  }

  @Test("Whole cases are kept; missing, damaged and stale ones are made again, with the same bytes")
  func resumes() throws {
    let plan = DrawnCases.plan().model
    let folder = drawn.prepared.folder
    func again(_ plan: ModelPlanOf = .same) throws -> PreparedDataset.Summary {
      let other = DrawnCases.plan(spacing: [2, 1.5, 1.5]).model
      return try drawn.prepared.prepare(
        drawn.dataset,
        plan: plan == .same ? DrawnCases.plan().model : other,
        threads: 2
      )
    }
    #expect(try again().prepared == 3)
    let names = ["case_0.safetensors", "case_1.safetensors", "case_1.json"]
    let first = try names.map(bytes)
    #expect(try again().kept == 3)
    // A flipped bit in the numbers, a cut file, a missing description, an unfinished file.
    let target = folder.appending(path: "case_1.safetensors")
    var flipped = first[1]
    flipped[flipped.count / 2] ^= 1
    try flipped.write(to: target)
    #expect(throws: PreparedCaseError.damaged(case: "case_1", reason: "its checksum is another")) {
      try drawn.prepared.open(["case_1"], plan: plan)[0].verify()
    }
    #expect(try again().prepared == 1)
    try first[1].dropLast(9).write(to: target)
    #expect(throws: PreparedCaseError.self) { try drawn.prepared.open(["case_1"], plan: plan) }
    #expect(try again().prepared == 1)
    try FileManager.default.removeItem(at: folder.appending(path: "case_0.json"))
    #expect(throws: PreparedCaseError.missing(case: "case_0")) {
      try drawn.prepared.open(["case_0"], plan: plan)
    }
    try Data([1, 2]).write(to: folder.appending(path: ".case_0.safetensors.partial"))
    #expect(try again().prepared == 1)
    #expect(try names.map(bytes) == first)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left.count == 6)
    #expect(try again(.other).prepared == 3)
    #expect(throws: PreparedCaseError.stale(case: "case_0")) {
      try drawn.prepared.open(["case_0"], plan: plan)
    }
  }

  private enum ModelPlanOf {
    case same, other
  }

  @Test("Descriptions that were tampered with are refused, never believed")
  func tamperedDescriptions() throws {
    let plan = DrawnCases.plan().model
    _ = try drawn.prepared.prepare(drawn.dataset, plan: plan, threads: 2)
    let url = drawn.prepared.folder.appending(path: "case_0.json")
    let whole = try Data(contentsOf: url)
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      try whole.mutated(using: &generator).write(to: url)
      // Either an error, or a case that can be read to its ends.
      guard let file = try? drawn.prepared.open(["case_0"], plan: plan)[0] else { continue }
      #expect(file.image.count == file.labels.count)
      for label in 0..<4 { #expect(file.locations(of: label).count <= 10_000) }
    }
    for text in ["{}", "", whole.isEmpty ? "" : "[1]"] {
      try Data(text.utf8).write(to: url)
      #expect(throws: PreparedCaseError.self) { try drawn.prepared.open(["case_0"], plan: plan) }
    }
  }

  @Test("A case that cannot be prepared is named, and the others are prepared")
  func badCases() throws {
    let plan = DrawnCases.plan().model
    let broken = drawn.folder.url.appending(path: "case_1_ct.nii.gz")
    try Data("no scan".utf8).write(to: broken)
    let error = #expect(throws: PreparedCaseError.self) {
      try drawn.prepared.prepare(drawn.dataset, plan: plan, threads: 2)
    }
    #expect(try #require(error).description.hasPrefix("Case case_1: "))
    #expect(try drawn.prepared.open(["case_0", "case_2"], plan: plan).count == 2)
    var dataset = drawn.dataset
    dataset.cases[1] = dataset.cases[0]
    dataset.cases[1].name = "../case"
    #expect(throws: PreparedCaseError.impossibleName("../case")) {
      try drawn.prepared.prepare(dataset, plan: plan, threads: 1)
    }
    dataset.cases[1].name = "case_1"
    dataset.cases[1].checksum = "another"
    #expect(throws: PreparedCaseError.dataset(.changedCase(case: "case_1"))) {
      try drawn.prepared.prepare(dataset, plan: plan, threads: 1)
    }
  }
}
