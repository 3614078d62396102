import Foundation
import Models
import TestSupport
import Testing

@Suite("Models by name")
struct ShippedModelsTests {
  /// A folder with models of these names, each with a card.
  private func shelf(_ names: String..., in folder: URL) throws -> URL {
    let model = try readModel(at: Golden.url("plain"))
    for name in names {
      let place = folder.appending(path: name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try writeModel(model, to: place)
      let card =
        "# A title\n\nThe *model* of\n\(folder.lastPathComponent). More of it.\n\nAnd more."
      try Data(card.utf8).write(to: place.appending(path: "README.md"))
    }
    return folder
  }

  @Test("Models are listed with what they are, sorted by name")
  func list() throws {
    let folder = try TemporaryFolder()
    let shelf = try shelf("b", "a", in: folder.url.appending(path: "shelf"))
    let nothing = shelf.appending(path: "empty")
    try FileManager.default.createDirectory(at: nothing, withIntermediateDirectories: true)
    let models = try ShippedModels(folders: [shelf]).models()
    #expect(models.map(\.name) == ["a", "b"])
    #expect(models[0].summary == "The *model* of shelf.")
    #expect(models[0].description.folds == ["0"])
    let files = ["model.json", "fold_0.safetensors", "README.md"]
    let sizes = try files.map { try Data(contentsOf: models[0].url.appending(path: $0)).count }
    #expect(models[0].byteCount == sizes.reduce(0, +))
  }

  @Test("A path counts before a name, and the first folder before the next")
  func location() throws {
    let folder = try TemporaryFolder()
    let first = try shelf("a", in: folder.url.appending(path: "first"))
    let second = try shelf("a", "b", in: folder.url.appending(path: "second"))
    let models = ShippedModels(folders: [first, second])
    #expect(models.names == ["a", "b"])
    #expect(try models.location(named: "a").path == first.appending(path: "a").path)
    #expect(try models.location(named: "b").path == second.appending(path: "b").path)
    let path = second.appending(path: "a").path
    #expect(try models.location(named: path).path == path)
    #expect(throws: ModelError.unknownModel("c", available: ["a", "b"])) {
      try models.location(named: "c")
    }
    let message = ModelError.unknownModel("c", available: ["a", "b"]).description
    #expect(message.contains("no such file or folder") && message.contains("a, b"))
  }

  @Test(
    "Models lie in listed folders, beside the program, where it is installed, or in its sources"
  )
  func places() throws {
    let folder = try TemporaryFolder()
    let root = folder.url.resolvingSymlinksInPath()
    let program = root.appending(path: "checkout/.build/release/delineate")
    try FileManager.default.createDirectory(at: program, withIntermediateDirectories: true)
    let manifest = root.appending(path: "checkout/Package.swift")
    try Data().write(to: manifest)
    let models = ShippedModels(
      environment: ["DELINEATE_MODELS": "/srv/models:/opt/models"],
      executable: program
    )
    #expect(
      models.folders.map(\.path) == [
        "/srv/models", "/opt/models", root.path + "/checkout/.build/release/Networks",
        root.path + "/checkout/.build/share/delineate/Networks", root.path + "/checkout/Networks",
      ]
    )
    try FileManager.default.removeItem(at: manifest)
    let installed = ShippedModels(environment: [:], executable: URL(filePath: "/opt/d/bin/program"))
    #expect(
      installed.folders.map(\.path) == ["/opt/d/bin/Networks", "/opt/d/share/delineate/Networks"]
    )
  }
}
