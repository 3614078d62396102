import Evaluation
import Foundation
import SegmentationMetrics
import TestSupport
import Testing

@Suite("Tables of scores")
struct ScoreTableTests {
  private func score(
    _ caseName: String,
    _ structure: String,
    _ metric: Metric,
    _ value: MetricValue
  ) -> Score {
    Score(caseName: caseName, structure: structure, metric: metric, value: value)
  }

  @Test("A table reads back from its text as it was, whatever the names hold")
  func roundTrip() throws {
    let values: [Double] = [
      0, -0.0, 1.0 / 3, 1e-300, .leastNonzeroMagnitude, 1.7e308, 123456789.125, 0.1, -2.5,
    ]
    var scores = values.enumerated().map { place, value in
      score("case \(place)", "Parotid_L", .volumeDifference, .value(value))
    }
    let names = ["a,b", "with \"quotes\"", "two\nlines", "CR\r\nLF", " spaces ", "naïve", "x"]
    for name in names { scores.append(score(name, name, .dice, .value(0.5))) }
    for reason in Undefined.allCases {
      scores.append(score("case", reason.rawValue, .hausdorff(percentile: 95), .undefined(reason)))
    }
    for metric in Metric.all { scores.append(score("all", "Lips", metric, .value(1))) }
    let table = ScoreTable(method: "m", scores: scores)
    let text = table.csv()
    #expect(text.hasPrefix("case,structure,metric,value,unit,definition,note\n"))
    #expect(try ScoreTable(csv: text, method: "m") == table)
    #expect(try ScoreTable(csv: "\u{FEFF}" + text, method: "m") == table)
  }

  @Test("Tables of other programs are read: any column order, other columns, any line ends")
  func foreign() throws {
    let expected = [
      score("c1", "Brainstem", .dice, .value(0.875)),
      score("c2", "Brainstem", .dice, .undefined(.predictionEmpty)),
    ]
    for end in ["\n", "\r\n", "\r"] {
      let text = [
        "Value, Metric ,note,reader,structure,CASE", "8.75e-1,dice,,x,Brainstem,c1", "",
        ",dice,prediction empty,\"y, z\",Brainstem,c2",
      ].joined(separator: end)
      #expect(try ScoreTable(csv: text, method: "m").scores == expected)
      #expect(try ScoreTable(csv: text + end, method: "m").scores == expected)
    }
  }

  @Test(
    "What is not a table of scores is refused with its line",
    arguments: [
      ("", ScoreTableError.empty),
      ("case,structure,metric,value\n", .noScores),
      ("case,structure,value\nc,s,1", .missingColumn("metric")),
      ("case,structure,metric,value,case\n", .doubledColumn("case")),
      ("case,structure,metric,value\nc,s,dice", .wrongFieldCount(line: 2, found: 3, expected: 4)),
      ("case,structure,metric,value\n\nc, ,dice,1", .emptyName(line: 3, column: "structure")),
      ("case,structure,metric,value\nc,s,dize,1", .unknownMetric(line: 2, name: "dize")),
      ("case,structure,metric,value\nc,s,dice,nan", .notANumber(line: 2, text: "nan")),
      ("case,structure,metric,value\nc,s,dice,inf", .notANumber(line: 2, text: "inf")),
      ("case,structure,metric,value\nc,s,dice,1e999", .notANumber(line: 2, text: "1e999")),
      ("case,structure,metric,value\nc,s,dice,0x1", .notANumber(line: 2, text: "0x1")),
      ("case,structure,metric,value\nc,s,dice,\"0,8\"", .notANumber(line: 2, text: "0,8")),
      ("case,structure,metric,value\nc,s,dice,", .unexplained(line: 2, note: "")),
      ("case,structure,metric,value,note\nc,s,dice,,lost", .unexplained(line: 2, note: "lost")),
      (
        "case,structure,metric,value,unit\nc,s,dice,80,%",
        .otherUnit(line: 2, metric: "dice", found: "%", expected: "")
      ),
      (
        "case,structure,metric,value\n\"a\nb\",s,dice,1\nc,s,dice,1\n\"a\nb\",s,dice,2",
        .doubled(line: 5, firstLine: 2)
      ),
      ("case,structure,metric,value\nc,s,dice,\"1", .csv(.unclosedQuote(line: 2))),
      ("case,structure,metric,value\nc,s\"x\",dice,1", .csv(.strayQuote(line: 2))),
      ("case,structure,metric,value\n\"c\"x,s,dice,1", .csv(.strayQuote(line: 2))),
    ]
  )
  func refusals(text: String, error: ScoreTableError) {
    #expect(throws: error) { try ScoreTable(csv: text, method: "m") }
    #expect(error.description.hasSuffix("."))
    #expect(!error.description.contains("\n"))
  }

  @Test("Damaged text is refused or read, never a crash")
  func damage() throws {
    let table = ScoreTable(
      method: "m",
      scores: ["a", "b,\"c\"", "d\ne"].map { score($0, "Lips", .dice, .value(0.25)) }
    )
    var generator = SeededGenerator(seed: 9)
    let bytes = Array(table.csv().utf8)
    var refused = 0
    for _ in 0..<5000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[place] = [0, 10, 13, 34, 44, 255, 48, 110].randomElement(using: &generator) ?? 0
      }
      do {
        let read = try ScoreTable(csv: String(decoding: damaged, as: UTF8.self), method: "m")
        #expect(try ScoreTable(csv: read.csv(), method: "m") == read)
      } catch { refused += 1 }
    }
    #expect(refused > 1000)
  }

  @Test("JSON has the scores, null where there is none, and each metric's definition once")
  func json() throws {
    struct Read: Decodable {
      struct Text: Decodable { let title, unit, definition: String }
      struct Row: Decodable {
        let `case`: String
        let structure: String
        let metric: String
        let value: Double?
        let note: String?
      }
      let method: String
      let metrics: [String: Text]
      let scores: [Row]
    }
    let table = ScoreTable(
      method: "m",
      scores: [
        score("c", "Lips", .dice, .value(0.1)),
        score("c", "Glottis", .dice, .undefined(.bothEmpty)),
      ]
    )
    let read = try JSONDecoder().decode(Read.self, from: table.json())
    #expect(read.method == "m")
    #expect(read.metrics["dice"]?.definition == Metric.dice.definition)
    #expect(read.scores.map(\.value) == [0.1, nil])
    #expect(read.scores.map(\.note) == [nil, "both empty"])
    #expect(String(decoding: try table.json(), as: UTF8.self).contains("\"value\" : null"))
  }
}
