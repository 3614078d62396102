import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Reports
import TestSupport
import Testing
import Training

@Suite("Training reports")
struct TrainingReportTests {
  /// A plan for two structures, one with a name that markup must not take as its own.
  private func plan(epochs: Int = 40) -> TrainingPlan {
    let names = ["Brainstem", "SpinalCord", "Parotid_R", "Parotid_L", "Bone_Mandible", "A<b>&\"c"]
    let model = ModelPlan(
      name: "Dataset501_OpenKBP",
      configuration: "3d_fullres",
      trainer: "Delineate",
      channelNames: ["CT"],
      labels: LabelScheme(
        entries: names.enumerated().map { .init(label: UInt16($0 + 1), name: $1) }
      ),
      outputs: .classes(Array(0...UInt16(names.count))),
      preparation: PreparationPlan(
        transposeForward: [0, 1, 2],
        spacing: [2.5, 3.92, 3.92],
        channels: [ChannelNormalization(scheme: .zScore)]
      ),
      architecture: .unet(
        UNetPlan(
          encoder: .plain,
          inputChannels: 1,
          outputChannels: names.count + 1,
          features: [16, 32, 64],
          kernels: Array(repeating: [3, 3, 3], count: 3),
          strides: [[1, 1, 1], [2, 2, 2], [1, 2, 2]],
          encoderDepths: [2, 2, 2],
          decoderDepths: [2, 2]
        )
      ),
      patchSize: [48, 80, 80],
      mirroringAxes: []
    )
    return TrainingPlan(
      model: model,
      epochs: epochs,
      reasons: [
        "spacing": "The median spacing of 166 scans.",
        "model.patchSize": "The largest patch that fits 8 GB.",
        "whatever": "A reason of <its> own.",
      ]
    )
  }

  /// Epochs as a training might have them.
  private func records(_ count: Int) throws -> [EpochRecord] {
    var generator = SeededGenerator(seed: 5)
    var average: Double?
    return try (0..<count).map { epoch in
      let share = 1 - exp(-Double(epoch) / 9)
      let dice: [Double?] = (0..<6).map { index in
        let noise = Double.random(in: -0.03...0.03, using: &generator)
        if index == 2 && epoch < 4 { return nil }
        return min(max(0.9 * share - 0.03 * Double(index) + noise, 0), 1)
      }
      let known = dice.compactMap { $0 }
      let mean = known.reduce(0, +) / Double(known.count)
      average = average.map { 0.9 * $0 + 0.1 * mean } ?? mean
      let loss = 1 - 1.8 * share + Double.random(in: -0.02...0.02, using: &generator)
      let shown = dice.map { $0.map { "\($0)" } ?? "null" }.joined(separator: ",")
      let line = """
        {"epoch": \(epoch), "steps": \(250 * (epoch + 1)), "trainingLoss": \(loss),
        "learningRate": \(0.01 * pow(max(0, 1 - Double(epoch) / 40), 0.9)),
        "validationLoss": \(loss + Double.random(in: 0...0.1, using: &generator)),
        "pseudoDice": [\(shown)], "meanPseudoDice": \(mean), "averagePseudoDice": \(average ?? 0),
        "largestGradientNorm": \(3 + Double.random(in: 0...8, using: &generator)),
        "seconds": \(230 + Double.random(in: 0...8, using: &generator)),
        "waitingShare": \(0.01 + Double.random(in: 0...0.02, using: &generator))}
        """
      return try JSONDecoder().decode(EpochRecord.self, from: Data(line.utf8))
    }
  }

  private func report(_ count: Int, isRunning: Bool = true) throws -> TrainingReport {
    try TrainingReport(
      title: "Training of Dataset501_OpenKBP, fold 0",
      date: Date(timeIntervalSince1970: 1_795_000_000),
      plan: plan(),
      epochs: records(count),
      isRunning: isRunning
    )
  }

  @Test("Pages are well formed at any number of epochs", arguments: [0, 1, 2, 3, 27, 40, 1000])
  func wellFormed(_ count: Int) throws {
    let page = try ParsedPage(report(count).html())
    #expect(page.problem == nil)
    let picture = try ParsedPage(report(count).svg())
    #expect(picture.problem == nil)
    for name in ["x1", "y1", "x", "cx", "cy"] {
      #expect(page.elements.allSatisfy { $0.attributes[name] == nil || $0.number(name) != nil })
    }
  }

  @Test("A running training's page is read again, a finished one's is not")
  func refresh() throws {
    #expect(try report(27).html().contains("http-equiv=\"refresh\""))
    #expect(try !report(27, isRunning: false).html().contains("http-equiv"))
    #expect(try report(27, isRunning: false).html().contains("Stopped at epoch 27 of 40"))
    #expect(try report(40, isRunning: false).html().contains("Finished after 40 epochs"))
  }

  @Test("The page shows the last epoch's numbers and the plan's reasons")
  func numbers() throws {
    let report = try report(27)
    let html = report.html()
    let last = try #require(report.epochs.last)
    for value in [last.trainingLoss, try #require(last.averagePseudoDice)] {
      let text = value.formatted(
        .number.precision(.fractionLength(3)).locale(Locale(identifier: "C"))
      )
      #expect(html.contains(text.replacing("-", with: "\u{2212}")))
    }
    #expect(html.contains("The median spacing of 166 scans."))
    #expect(html.contains("The largest patch that fits 8 GB."))
    #expect(html.contains("A reason of &lt;its&gt; own."))
    #expect(html.contains("A&lt;b&gt;&amp;&quot;c"))
    #expect(html.contains("48 × 80 × 80 voxels"))
  }

  @Test("Curves have one point an epoch and break where there is no value")
  func curves() throws {
    let page = try ParsedPage(report(27).html())
    let curves = page.elements.filter { $0.classes.contains("curve") }
    let points = curves.map { curve in
      (curve.attributes["d"] ?? "").filter { "ML".contains($0) }.count
    }
    // Loss twice, Dice twice, six structures, four of the course.
    #expect(curves.count == 14)
    #expect(points.filter { $0 == 27 }.count == 13)
    #expect(points.filter { $0 == 23 }.count == 1)
  }

  @Test("Both files are written, each in place of the one before")
  func files() throws {
    let folder = try TemporaryFolder()
    try report(2).write(to: folder.url)
    let newer = try report(3)
    try newer.write(to: folder.url)
    let page = try String(contentsOf: folder.url.appending(path: "curves.html"), encoding: .utf8)
    #expect(page == newer.html())
    let picture = try String(contentsOf: folder.url.appending(path: "curves.svg"), encoding: .utf8)
    #expect(picture == newer.svg())
    #expect(throws: TrainingError.self) {
      try newer.write(to: folder.url.appending(path: "absent"))
    }
  }
}
