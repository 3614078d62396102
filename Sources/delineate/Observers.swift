import ArgumentParser
import Datasets
import Evaluation
import Foundation

/// `delineate observers`: how well observers agree, and methods with them.
struct Observers: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare observers with each other, and methods with the observers.",
    discussion: """
      Every pair of observers is evaluated; of each pair, the one given first is the reference. A \
      method is evaluated against each observer, and each metric says whether it agrees with them \
      as well as they agree with each other (Wilcoxon's signed ranks over the cases, with Holm's \
      correction over the structures).

      Writes a table of scores for each pair (FIRST_vs_SECOND.csv), observers.json and report.html.

      EXAMPLES
        delineate observers oncologist=contours/a radiographer=contours/b --output agreement
        delineate observers A=a B=b C=c --method network=predicted --metrics dice hd95 --output out
      """
  )

  @Argument(help: "The observers, two or more: NAME=FOLDER.", completion: .directory)
  var observers: [String]

  @Option(help: "A method to set beside the observers: NAME=FOLDER; may be given several times.")
  var method: [String] = []

  @Option(help: "What stands in for a method's missing contours: hanseg, exclude or worst.")
  var missing = "hanseg"

  @Option(help: "The paths in all folders, such as '{case}/{structure}.nrrd'.")
  var pattern: String?

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @OptionGroup var arguments: EvaluationArguments

  func validate() throws {
    guard observers.count > 1 else {
      throw ValidationError("Two observers or more are needed: NAME=FOLDER NAME=FOLDER.")
    }
    guard MissingScores(rawValue: missing) != nil else {
      throw ValidationError(
        "--missing must be \(MissingScores.allCases.map(\.rawValue).joined(separator: ", "))."
      )
    }
    var seen: Set<String> = []
    for argument in observers + method {
      guard let name = NamedPath.split(argument).name else {
        throw ValidationError("\(argument): write NAME=\(argument), with the name for the tables.")
      }
      guard !name.contains("/") else {
        throw ValidationError("\(name): the name becomes a part of file names, without slashes.")
      }
      guard seen.insert(name).inserted else {
        throw ValidationError("\(name): this name is given twice.")
      }
    }
  }

  func run() throws {
    let people = try observers.map(contours)
    let methods = try method.map(contours)
    // Whatever is wrong with the arguments is said before anything is compared.
    let template = try arguments.request(people[0].library, people[0].library)
    let outputs = try OutputFolder(at: output)
    let line = CaseProgressLine()
    let study = try ObserverStudy(
      observers: people,
      methods: methods,
      missing: MissingScores(rawValue: missing) ?? .hanseg,
      request: { reference, prediction in
        var request = template
        request.reference = reference
        request.prediction = prediction
        return request
      },
      progress: { pair, done, total in line.show(done, total, of: pair) }
    )
    line.finish()
    let results = study.pairs + study.methods.flatMap(\.againstObservers)
    for result in results {
      let name = "\(result.referenceName)_vs_\(result.predictionName).csv"
      try outputs.write(result.table.csv(), to: name)
    }
    let document = ObserversDocument(study)
    try outputs.write(document.json(), to: "observers.json")
    try outputs.write(EvaluationReports.page(study), to: "report.html")
    print(try arguments.json ? document.json() : ObserversText(study).text(outputs.written))
    let omissions = results.flatMap(\.findings).count(where: \.kind.isOmission)
    if arguments.strict && omissions > 0 { throw CommandError.notAllCompared(omissions) }
  }

  private func contours(_ argument: String) throws -> NamedContours {
    let (name, path) = NamedPath.split(argument)
    let library = try StructureLibrary(
      at: URL(filePath: path),
      pattern: pattern,
      vocabulary: arguments.vocabulary()
    )
    return NamedContours(name: name ?? path, library: library)
  }
}
