import Anatomy
import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Published tables")
struct PublishedTableTests {
  private static let text = """
    # A paper (2024), Table 2: DSC in percent
    # over 14 cases
    organ,ours_mean,ours_sd,theirs_mean
    Parotid gland (L),86.7,2.5,80
    Eyeball (A, L),76.5,,70.5
    "Eyeball (P, L)",90,1,
    Own structure,50,1,50

    """

  @Test("Means are read with their source; names become the vocabulary's, percents shares")
  func reading() throws {
    let table = try PublishedTable(csv: Self.text, metric: .dice)
    #expect(table.source == "A paper (2024), Table 2: DSC in percent over 14 cases")
    #expect(table.methods == ["ours", "theirs"])
    #expect(table.isFromPercent)
    #expect(table.rows.map(\.structure) == ["Parotid_L", "Eye_AL", "Eye_PL", "Own structure"])
    #expect(table.rows[1].printedName == "Eyeball (A, L)")
    #expect(table.rows[1].means == [0.765, 0.705])
    #expect(table.rows[1].standardDeviations == [nil, nil])
    #expect(table.rows[2].means == [0.9, nil])
    #expect(table.row(of: "parotid_lt")?.means[0] == 0.867)
    #expect(table.row(of: "Lips") == nil)
    let mean = try #require(table.mean(ofMethod: 1))
    #expect(abs(mean - 2.005 / 3) < 1e-12)
    let distances = try PublishedTable(csv: Self.text, metric: .hausdorff(percentile: 95))
    #expect(!distances.isFromPercent)
    #expect(distances.rows[0].means[0] == 86.7)
    let crlf = Self.text.replacing("\n", with: "\r\n")
    #expect(try PublishedTable(csv: "\u{FEFF}" + crlf, metric: .dice) == table)
  }

  @Test(
    "What is not a table of means is refused with its line",
    arguments: [
      ("", PublishedTableError.empty), ("# only words\n", .empty), ("organ,a_mean\n", .empty),
      ("# source\norgan,mean\nLips,1", .noMethod(line: 2)),
      ("organ,a_mean,a_mean\n", .doubledColumn(line: 1, name: "a_mean")),
      ("organ,a_mean,a_sd\nLips,1", .wrongFieldCount(line: 2, found: 2, expected: 3)),
      ("organ,a_mean\nLips,nan", .notANumber(line: 2, text: "nan")),
      ("organ,a_mean\n,1", .noName(line: 2)),
      (
        "organ,a_mean\nParotid_L,1\nLeft Parotid,1",
        .doubledStructure(line: 3, name: "Left Parotid", firstLine: 2)
      ),
      ("organ,a_mean\n\"Lips,1", .csv(.unclosedQuote(line: 2))),
    ]
  )
  func refusals(text: String, error: PublishedTableError) {
    #expect(throws: error) { try PublishedTable(csv: text, metric: .dice) }
    #expect(error.description.hasSuffix("."))
  }

  @Test("The metric is the one asked for, or the one that the file speaks of")
  func metric() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appending(path: "table.csv")
    try Data(Self.text.utf8).write(to: file)
    #expect(try PublishedTable(at: file).metric == .dice)
    #expect(try PublishedTable(at: file, metric: .jaccard).metric == .jaccard)
    try Data("organ,a_mean\nLips,3".utf8).write(to: file)
    #expect(throws: ScoreFileError.self) { try PublishedTable(at: file) }
    let other = folder.url.appending(path: "HD95.csv")
    try Data("organ,a_mean\nLips,3".utf8).write(to: other)
    #expect(try PublishedTable(at: other).metric == .hausdorff(percentile: 95))
  }

  @Test(
    "The challenge's table has the report's means over all organs",
    .enabled(if: SharedData.has("../guide/reference/hanseg_table2_dsc.csv"))
  )
  func challenge() throws {
    let folder = try #require(SharedData.folder)
    let table = try PublishedTable(
      at: folder.appending(path: "../guide/reference/hanseg_table2_dsc.csv")
    )
    #expect(table.rows.count == 30)
    let means = table.methods.indices.compactMap { table.mean(ofMethod: $0) }
    let printed = [0.7693, 0.7677, 0.7505, 0.7516, 0.7306, 0.6087]
    for (found, wanted) in zip(means, printed) { #expect(abs(found - wanted) < 1e-4) }
    // Every printed name is one that the vocabulary knows.
    #expect(table.rows.count { OrganAtRisk(named: $0.structure) != nil } == 30)
  }
}
