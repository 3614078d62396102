import ArgumentParser

@main
struct Delineate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delineate", abstract: "Contour head-and-neck radiotherapy patients.")
}
