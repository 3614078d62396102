import SegmentationMetrics
import Testing

@Suite("Names of metrics")
struct MetricNameTests {
  @Test("Every name parses back, and no two metrics share a name, a title or a definition")
  func roundTrip() {
    for metric in Metric.all { #expect(Metric(name: metric.name) == metric) }
    #expect(Set(Metric.all.map(\.name)).count == Metric.all.count)
    #expect(Set(Metric.all.map(\.title)).count == Metric.all.count)
    #expect(Set(Metric.all.map(\.definition)).count == Metric.all.count)
    #expect(Set(Metric.standard).isSubset(of: Metric.all))
  }

  @Test(
    "Percentiles and tolerances are part of the name",
    arguments: [
      ("hd95", Metric.hausdorff(percentile: 95)), ("hd100", .hausdorff(percentile: 100)),
      ("hd99.5", .hausdorff(percentile: 99.5)), ("hd0.001", .hausdorff(percentile: 0.001)),
      ("surface_dice_2mm", .surfaceDice(tolerance: 2)),
      ("surface_dice_1.5mm", .surfaceDice(tolerance: 1.5)),
      ("surface_dice_0mm", .surfaceDice(tolerance: 0)),
      ("surface_dice_1e-07mm", .surfaceDice(tolerance: 1e-7)),
    ]
  )
  func parameters(name: String, metric: Metric) {
    #expect(Metric(name: name) == metric)
    #expect(metric.name == name)
    #expect(metric.definition.contains(name.filter("0123456789.e-".contains).drop { $0 == "e" }))
  }

  @Test(
    "Other names are refused",
    arguments: [
      "", "hd", "hd0", "hd-5", "hd100.1", "hdnan", "hdinf", "hd0x5F", "hd 95", "hd1e999", "HD95",
      "surface_dice_mm", "surface_dice_-1mm", "surface_dice_2", "surface_dice_nanmm",
      "surface_dice_+1mm", "dice ", "Dice", "medpy", "hd95mm",
    ]
  )
  func refused(name: String) {
    #expect(Metric(name: name) == nil)
  }

  @Test("Shares have no unit, distances are in mm and volumes in ml")
  func units() {
    #expect(Metric.dice.unit == "")
    #expect(Metric.surfaceDice(tolerance: 3).unit == "")
    #expect(Metric.hausdorff(percentile: 50).unit == "mm")
    #expect(Metric.falsePositiveVolume.unit == "ml")
    #expect(Metric.relativeVolumeDifference.unit == "%")
    #expect(Metric.all.filter { $0.isHigherBetter == true } == Metric.all.filter { $0.unit == "" })
    #expect(Metric.all.filter { $0.unit == "mm" }.allSatisfy { $0.isHigherBetter == false })
  }
}
