import Foundation
import Models
import Synchronization
import Testing
import Training

@Suite("Batches of cases")
struct CaseBatchesTests {
  /// Prepared cases and batches of them.
  private func batches(
    _ plan: TrainingPlan,
    isFlipped: Bool = false,
    training: [String] = ["case_0", "case_1", "case_2"],
    samples: [Int]? = nil
  ) throws -> (CaseBatches, [PreparedCaseFile]) {
    let drawn = try DrawnCases(isFlipped: isFlipped)
    _ = try drawn.prepared.prepare(drawn.dataset, plan: plan.model, threads: 2)
    let files = try drawn.prepared.open(training, plan: plan.model)
    let batches = try CaseBatches(
      plan: plan,
      training: files,
      validation: [files[0]],
      samples: samples
    )
    return (batches, files)
  }

  private var varied: TrainingPlan {
    var plan = DrawnCases.plan()
    plan.augmentation = AugmentationPlan()
    plan.augmentation.mirroringAxes = [0, 1, 2]
    plan.augmentation.sidePairs = [[1, 2]]
    plan.augmentation.elastic = .init(0.2, 1...3)
    return plan
  }

  @Test("A step's batch depends on nothing but its number, and a logged draw gives its patch again")
  func repeatable() throws {
    let (source, _) = try batches(varied)
    let steps = 0..<12
    let first = try steps.map { try source.trainingBatch($0) }
    #expect(Set(first).count == steps.count)
    let second = Mutex<[Int: TrainingBatch]>([:])
    DispatchQueue.concurrentPerform(iterations: steps.count) { index in
      let step = steps.count - 1 - index
      let batch = try? source.trainingBatch(step)
      second.withLock { $0[step] = batch }
    }
    let again = steps.map { step in second.withLock { $0[step] } }
    #expect(again == first.map(Optional.some))
    for step in steps {
      let log = try JSONEncoder().encode(source.draw(step: step, sample: 1))
      let draw = try JSONDecoder().decode(PatchDraw.self, from: log)
      #expect(try source.patch(draw).patch == first[step].patches[1])
    }
    #expect(try source.validationBatch(1) == source.validationBatch(1))
  }

  @Test("A mask among the channels is turned and mirrored like the scan, and keeps its numbers")
  func masks() throws {
    var plan = varied
    for key in [\AugmentationPlan.noise, \.blur, \.brightness, \.contrast, \.gamma] {
      plan.augmentation[keyPath: key].probability = 1
    }
    plan.augmentation.elastic.probability = 0
    plan.augmentation.rotation.probability = 0
    plan.augmentation.scaling.probability = 0
    let (source, _) = try batches(plan)
    plan.model.channelNames = ["mask_prior"]
    let (masked, _) = try batches(plan)
    let allowed = Set(try batches(plan).1.flatMap(\.image)).union([0])
    for step in 0..<4 {
      let kept = try masked.trainingBatch(step)
      for patch in kept.patches { #expect(allowed.isSuperset(of: patch.image)) }
      let changed = try source.trainingBatch(step)
      for patch in changed.patches { #expect(!allowed.isSuperset(of: patch.image)) }
      #expect(kept.patches.map(\.labels) == changed.patches.map(\.labels))
    }
  }

  @Test("Processes make their own samples of the common batch")
  func ownSamples() throws {
    let whole = try batches(varied).0.trainingBatch(3)
    let part = try batches(varied, samples: [1, 2]).0.trainingBatch(3)
    #expect(part.patches == Array(whole.patches[1..<3]))
    #expect(part.isContoured == Array(whole.isContoured[4..<12]))
  }

  @Test("The last third of a batch holds a structure, each class as often as another")
  func foreground() throws {
    let (source, files) = try batches(DrawnCases.plan(patchSize: [8, 8, 8]), training: ["case_0"])
    var counts = [Int](repeating: 0, count: 4)
    for step in 0..<600 {
      let draws = (0..<4).map { source.draw(step: step, sample: $0) }
      #expect(draws.map { $0.label != nil } == [false, false, false, true])
      let label = try #require(draws[3].label)
      counts[label] += 1
      // The voxel that was drawn lies in the middle, unless the patch would begin before the case.
      if draws[3].start.allSatisfy({ $0 > 0 }) {
        let patch = try source.patch(draws[3]).patch
        #expect(patch.labels[(4 * 8 + 4) * 8 + 4] == UInt8(label))
      }
      for draw in draws {
        #expect(draw.start.allSatisfy { $0 >= 0 })
        let isFree = draw.label == nil
        #expect(!isFree || zip(draw.start, files[0].record.size).allSatisfy { $0 + 8 <= $1 })
      }
    }
    #expect(counts[0] == 0 && counts[1...].allSatisfy { abs($0 - 200) < 50 })
  }

  @Test("A patch larger than the case holds all of it, with nothing around")
  func largerPatch() throws {
    let (source, files) = try batches(DrawnCases.plan(patchSize: [32, 48, 64]))
    let byName = Dictionary(uniqueKeysWithValues: files.map { ($0.record.name, $0) })
    for step in 0..<4 {
      let draw = source.draw(step: step, sample: 0)
      let file = try #require(byName[draw.caseName])
      let patch = try source.patch(draw).patch
      #expect(patch.image.filter { $0 != 0 } == file.image)
      #expect(patch.labels.reduce(0) { $0 + Int($1) } == file.labels.reduce(0) { $0 + Int($1) })
    }
  }

  @Test("Turned patches look around themselves: labels stay with intensities")
  func turned() throws {
    var plan = DrawnCases.plan()
    plan.augmentation.rotation = .init(1, -0.5...0.5)
    plan.augmentation.scaling = .init(1, 0.7...1.4)
    let (source, _) = try batches(plan)
    var (same, all, background) = (0, 0, 0)
    for step in 0..<10 {
      for patch in try source.trainingBatch(step).patches {
        for (intensity, label) in zip(patch.image, patch.labels) where intensity > 99 {
          all += 1
          if abs(intensity - 100 - 10 * Float(label) - 0.5) < 1.6 { same += 1 }
        }
        background += patch.image.filter { $0 == 0 }.count
      }
    }
    // Borders between structures are mixed.
    #expect(Double(same) > 0.75 * Double(all))
    #expect(background < all)
  }

  @Test("Left stays left: mirrored patches are anatomically right", arguments: [false, true])
  func sides(isFlipped: Bool) throws {
    for axes in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
      let side = try #require(axes.firstIndex(of: 2))
      var plan = DrawnCases.plan(
        patchSize: axes.map { [24, 36, 48][$0] },
        spacing: axes.map { [2.0, 1, 1][$0] },
        transposeForward: axes
      )
      plan.augmentation.mirroringAxes = [0, 1, 2]
      plan.augmentation.sidePairs = [[1, 2]]
      let (source, _) = try batches(plan, isFlipped: isFlipped)
      var mirrored = 0
      for step in 0..<12 {
        let draw = source.draw(step: step, sample: 0)
        let patch = try source.patch(draw).patch
        var centers = [0.0, 0, 0]
        var counts = [0.0, 0, 0]
        for (index, label) in patch.labels.enumerated() where label == 1 || label == 2 {
          let place = [
            index / (patch.size[1] * patch.size[2]), index / patch.size[2] % patch.size[1],
            index % patch.size[2],
          ]
          centers[Int(label)] += Double(place[side])
          counts[Int(label)] += 1
        }
        // Patient left is at high i, or at low i where the grid is flipped.
        let isLeftHigher = centers[1] / counts[1] > centers[2] / counts[2]
        #expect(isLeftHigher != isFlipped, "\(axes), step \(step)")
        let text = String(decoding: try JSONEncoder().encode(draw.augmentation), as: UTF8.self)
        if text.contains("mirroring") { mirrored += 1 }
        // The large box is the left one, so after an exchange the right one is large.
        if counts[2] > counts[1] { mirrored += 100 }
      }
      #expect(mirrored > 100)
    }
  }

  @Test("What was not contoured on one side is not contoured on the other in the mirror")
  func contouredSides() throws {
    var plan = DrawnCases.plan()
    plan.augmentation.mirroringAxes = [2]
    plan.augmentation.sidePairs = [[2, 3]]
    // The last case has no 3; as if 2 and 3 were a pair, the mirror has no 2.
    let (source, _) = try batches(plan, training: ["case_2"])
    var found: Set<[Bool]> = []
    for step in 0..<20 { found.insert(try source.patch(source.draw(step: step, sample: 0)).1) }
    #expect(found == [[true, true, true, false], [true, true, false, true]])
  }

  @Test("Validation patches are cut as they are, and folds without cases are refused")
  func validation() throws {
    let (source, files) = try batches(varied)
    let file = files[0]
    for patch in try source.validationBatch(0).patches {
      for (intensity, label) in zip(patch.image, patch.labels) where intensity != 0 {
        #expect(DrawnCases.label(of: intensity) == label)
      }
      #expect(Set(patch.image).subtracting(file.image + [0]).isEmpty)
    }
    #expect(throws: PreparedCaseError.noCases(set: "training")) {
      try CaseBatches(plan: varied, training: [], validation: files)
    }
    #expect(throws: PreparedCaseError.noCases(set: "validation")) {
      try CaseBatches(plan: varied, training: files, validation: [])
    }
  }
}
