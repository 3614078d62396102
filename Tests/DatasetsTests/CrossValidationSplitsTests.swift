import Datasets
import Foundation
import TestSupport
import Testing

@Suite("Cross-validation splits")
struct CrossValidationSplitsTests {
  /// `[fold["val"] for fold in nnunetv2.utilities.crossval_split.generate_crossval_split(names)]`.
  @Test("Five folds are nnU-Net's")
  func golden() throws {
    let few = (0..<7).map { "case_\($0)" }
    let seven = try CrossValidationSplits(crossValidating: few.reversed())
    #expect(
      seven.folds.map(\.validation) == [
        ["case_3", "case_6"], ["case_0", "case_4"], ["case_1"], ["case_5"], ["case_2"],
      ]
    )
    #expect(seven.folds[0].training == ["case_0", "case_1", "case_2", "case_4", "case_5"])
    let many = (1...196).map { "pt_\($0)" }
    let folds = try CrossValidationSplits(crossValidating: many).folds
    #expect(
      folds[0].validation == [
        "pt_108", "pt_113", "pt_114", "pt_117", "pt_123", "pt_129", "pt_141", "pt_144", "pt_146",
        "pt_148", "pt_149", "pt_15", "pt_154", "pt_16", "pt_160", "pt_162", "pt_165", "pt_17",
        "pt_182", "pt_188", "pt_19", "pt_191", "pt_192", "pt_21", "pt_28", "pt_32", "pt_35",
        "pt_38", "pt_44", "pt_45", "pt_46", "pt_49", "pt_5", "pt_6", "pt_7", "pt_76", "pt_8",
        "pt_91", "pt_96", "pt_98",
      ]
    )
    #expect(folds.map(\.validation.count) == [40, 39, 39, 39, 39])
  }

  @Test("Each case validates once, and trains where it does not", arguments: [5, 12, 701])
  func parts(count: Int) throws {
    let names = (0..<count).map { "c\($0)" }
    let splits = try CrossValidationSplits(crossValidating: names)
    #expect(splits.folds.flatMap(\.validation).sorted() == names.sorted())
    for fold in splits.folds {
      #expect((fold.training + fold.validation).sorted() == names.sorted())
    }
    try splits.validate(cases: names)
  }

  @Test("Files are nnU-Net's, and read back as written")
  func files() throws {
    let folder = try TemporaryFolder()
    let splits = CrossValidationSplits(folds: [
      .init(training: ["a", "b\"/é"], validation: ["c"]), .init(training: ["c"], validation: ["a"]),
    ])
    let file = folder.url.appending(path: "splits.json")
    try Data(splits.json().utf8).write(to: file)
    #expect(try CrossValidationSplits(contentsOf: file) == splits)
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
    let folds = try #require(object as? [[String: [String]]])
    #expect(folds[0] == ["train": ["a", "b\"/é"], "val": ["c"]])
    try Data("{}".utf8).write(to: file)
    #expect(throws: SplitsError.notFolds(file: "splits.json")) {
      try CrossValidationSplits(contentsOf: file)
    }
  }

  @Test("Folds that cannot be trained are refused")
  func refusals() throws {
    func error(_ folds: [([String], [String])]) -> SplitsError? {
      let splits = CrossValidationSplits(
        folds: folds.map { .init(training: $0.0, validation: $0.1) }
      )
      do throws(SplitsError) {
        try splits.validate(cases: ["a", "b"])
        return nil
      } catch { return error }
    }
    #expect(error([(["a"], ["b"])]) == nil)
    #expect(error([]) == .noFolds)
    #expect(error([(["a"], ["b"]), ([], ["b"])]) == .emptyFold(1, part: "train"))
    #expect(error([(["a"], [])]) == .emptyFold(0, part: "val"))
    #expect(error([(["a"], ["x"])]) == .unknownCase(fold: 0, name: "x"))
    #expect(error([(["a", "b"], ["b"])]) == .doubledCase(fold: 0, name: "b"))
    #expect(throws: SplitsError.tooFewCases(found: 4, folds: 5)) {
      try CrossValidationSplits(crossValidating: ["a", "b", "c", "d"])
    }
    #expect(throws: SplitsError.missingFold(1, count: 1)) {
      try CrossValidationSplits(folds: [.init(training: ["a"], validation: ["b"])]).fold(1)
    }
  }
}
