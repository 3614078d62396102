import Anatomy
import Models
import NeuralNetworks
import Training

extension TrainingReport {
  private var lossChart: LineChart {
    var series = [LineChart.Series("training", epochs.map(\.trainingLoss))]
    if epochs.contains(where: { $0.validationLoss != nil }) {
      series.append(.init("validation", epochs.map(\.validationLoss), kind: "second"))
    }
    return LineChart(title: "Loss over epochs", axis: "loss", series: series)
  }

  private var diceChart: LineChart {
    LineChart(
      title: "Pseudo Dice over epochs",
      axis: "pseudo Dice",
      series: [
        .init("mean", epochs.map(\.meanPseudoDice), kind: "soft"),
        .init("averaged over epochs", epochs.map(\.averagePseudoDice)),
      ],
      limits: 0...1,
      startsAtZero: true
    )
  }

  /// Loss and pseudo Dice, large.
  var curves: String {
    let terms =
      plan.loss.overlap == .none || plan.loss.voxels == .none
      ? "" : " The loss adds a term that falls to −1 and one that falls to 0."
    let loss = lossChart.svg.figure(
      caption: "Mean loss of each epoch's steps, and of its validation patches.\(terms)"
    )
    guard epochs.contains(where: { $0.meanPseudoDice != nil }) else {
      return "<section>\n<h2>Loss</h2>\n\(loss)\n</section>"
    }
    let dice = diceChart.svg.figure(
      caption: """
        Dice over all validation patches of an epoch together, the mean of the structures, and its \
        exponential average by which the best weights are chosen. Patches are not whole patients: \
        the final score is another.
        """
    )
    return """
      <section>
      <h2>Loss</h2>
      \(loss)
      </section>
      <section>
      <h2>Pseudo Dice</h2>
      \(dice)
      </section>
      """
  }

  /// One small chart a structure, all on the same axes.
  var structureCharts: String {
    let charts = structures.enumerated().map { index, name in
      let values = epochs.map { $0.pseudoDice.indices.contains(index) ? $0.pseudoDice[index] : nil }
      return small(name, values, axis: "pseudo Dice", digits: 3, limits: 0...1, isFull: true)
    }
    return "<div class=\"multiples\">\n\(charts.joined(separator: "\n"))\n</div>"
  }

  /// Learning rate, gradients and time.
  var courseSection: String {
    let rate = epochs.map(\.learningRate)
    let digits = rate.max().map { $0 < 1e-3 ? 6 : 4 } ?? 4
    let charts = [
      small("Learning rate", rate, axis: "learning rate", digits: digits, limits: 0...1e12),
      small(
        "Largest gradient norm",
        epochs.map(\.largestGradientNorm),
        axis: "norm",
        digits: 2,
        limits: 0...1e12
      ),
      small(
        "Seconds an epoch",
        epochs.map(\.seconds),
        axis: "seconds",
        digits: 1,
        limits: 0...1e12
      ),
      small(
        "Waiting for patches, %",
        epochs.map { $0.waitingShare * 100 },
        axis: "share",
        digits: 1,
        limits: 0...100
      ),
    ]
    return """
      <section>
      <h2>Course</h2>
      <div class="multiples">
      \(charts.joined(separator: "\n"))
      </div>
      </section>
      """
  }

  private func small(
    _ name: String,
    _ values: [Double?],
    axis: String,
    digits: Int,
    limits: ClosedRange<Double>,
    isFull: Bool = false
  ) -> String {
    var chart = LineChart(
      title: "\(name) over epochs",
      axis: axis,
      series: [.init(name, values)],
      limits: limits,
      digits: digits,
      width: 270,
      height: 118,
      isSmall: true
    )
    chart.hasFullRange = isFull
    let latest = values.last.flatMap { $0 }.map { signed($0, digits: digits) } ?? "\u{2013}"
    return """
      <figure class="small-chart">
      <figcaption><span>\(escaped(name))</span><b>\(latest)</b></figcaption>
      \(chart.svg.markup)
      </figure>
      """
  }

  /// The large curves as a picture of its own, for a page or program that shows pictures.
  public func svg() -> String {
    let charts = [lossChart, diceChart].filter { chart in
      chart.series.contains { $0.latest != nil }
    }
    let width = lossChart.width
    let height = 44 + charts.reduce(0) { $0 + $1.height + 30 }
    let drawn = charts.enumerated().map { index, chart in
      let top = 44 + Double(index) * (chart.height + 30)
      return """
        <g transform="translate(0 \(number(top)))">
        <text class="bold" x="64" y="4">\(escaped(chart.title))</text>
        <g transform="translate(0 12)">
        \(chart.svg.elements.joined(separator: "\n"))
        </g>
        </g>
        """
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" \
      width="\(number(width))" height="\(number(height))" role="img" \
      font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif">
      <title>\(escaped(title))</title>
      <style>
      \(HTMLPage.style)
      \(HTMLPage.figureStyle)
      </style>
      <rect width="100%" height="100%" style="fill:var(--card)"/>
      <text x="64" y="22" class="faint-label">\(escaped(subtitle))</text>
      \(drawn.joined(separator: "\n"))
      </svg>

      """
  }

  private var subtitle: String {
    "\(title), epoch \(epochs.count) of \(plan.epochs), \(HTMLPage.text(date))"
  }
}
