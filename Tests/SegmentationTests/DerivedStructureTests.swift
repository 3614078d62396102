import Anatomy
import DICOMStudies
import Foundation
import ImageProcessing
import Segmentation
import TestSupport
import Testing
import Volumes

/// Two cubes of labels 1 and 2, twelve voxels apart, in a body on slices 2 mm apart.
@Suite("Structures that follow from others")
struct DerivedStructureTests {
  private let folder: TemporaryFolder
  private let series: ImageSeries
  private let labels: LabelMap
  private let scan: Volume<Float>
  private let scheme = LabelScheme(entries: [
    .init(label: 1, name: "Parotid_L"), .init(label: 2, name: "Parotid_R"),
    .init(label: 3, name: "Lips"),
  ])

  init() throws {
    folder = try TemporaryFolder()
    let grid = try VoxelGrid(size: [48, 32, 16], spacing: [1, 1, 2])
    for k in 0..<grid.size.z {
      let slice = DICOMSliceFile(
        size: [grid.size.x, grid.size.y],
        spacing: [1, 1],
        origin: [0, 0, 2 * Double(k)],
        axes: ([1, 0, 0], [0, 1, 0]),
        number: k + 1
      )
      try slice.bytes.write(to: folder.url.appending(path: "\(k).dcm"))
    }
    series = try ImageSeries.read(in: folder.url)
    var labels = LabelMap(repeating: 0, grid: grid)
    var scan = Volume<Float>(repeating: -1000, grid: grid)
    for k in 0..<grid.size.z {
      for j in 0..<grid.size.y {
        for i in 0..<grid.size.x {
          if (4..<44).contains(i), (4..<28).contains(j) { scan[i, j, k] = 40 }
          guard (5..<10).contains(k), (12..<20).contains(j) else { continue }
          if (8..<16).contains(i) { labels[i, j, k] = 1 }
          if (28..<36).contains(i) { labels[i, j, k] = 2 }
        }
      }
    }
    self.labels = labels
    self.scan = scan
  }

  /// The voxels of the last structure of a set made with the rules.
  private func made(_ json: String, withScan: Bool = true) throws -> CroppedMask {
    let export = StructureSetExport(rules: try DerivedStructure.rules(json: Data(json.utf8)))
    let result = try export(
      labels,
      scheme: scheme,
      on: series,
      scan: withScan ? scan : nil
    )
    let structure = try #require(result.structureSet.structures.last)
    return mask(of: structure.contours, on: labels.grid, rule: .centers).mask
  }

  private func expect(_ mask: CroppedMask, _ isInside: (Int, Int, Int) -> Bool) {
    var wrong = 0
    for k in 0..<labels.grid.size.z {
      for j in 0..<labels.grid.size.y {
        for i in 0..<labels.grid.size.x where mask[i, j, k] != isInside(i, j, k) { wrong += 1 }
      }
    }
    #expect(wrong == 0)
  }

  @Test("A union has the voxels of all, and a rule may use what one before it made")
  func unions() throws {
    let rules = """
      [{"name": "Parotids", "union": ["left parotid", "Parotid_R"]},
       {"name": "Other", "intersection": ["Parotids", "Parotid_R"]}]
      """
    expect(try made(rules)) { labels[$0, $1, $2] == 2 }
    expect(try made(#"[{"name": "Both", "union": ["Parotid_L", "Parotid_R"]}]"#)) {
      labels[$0, $1, $2] > 0
    }
  }

  @Test("A margin is a ball of its radius in mm, outwards and inwards")
  func margins() throws {
    func distance(_ i: Int, _ j: Int, _ k: Int) -> Double {
      func beyond(_ value: Int, _ range: Range<Int>) -> Double {
        Double(max(range.lowerBound - value, value - range.upperBound + 1, 0))
      }
      let offset = SIMD3(beyond(i, 8..<16), beyond(j, 12..<20), 2 * beyond(k, 5..<10))
      return (offset * offset).sum().squareRoot()
    }
    expect(try made(#"[{"name": "PRV", "union": ["Parotid_L"], "margin": 4}]"#)) {
      distance($0, $1, $2) <= 4
    }
    expect(try made(#"[{"name": "Core", "union": ["Parotid_L"], "margin": -2}]"#)) { i, j, k in
      (10..<14).contains(i) && (14..<18).contains(j) && (6..<9).contains(k)
    }
    expect(
      try made(#"[{"name": "Ring", "union": ["Parotid_L"], "margin": 4, "minus": ["Parotid_L"]}]"#)
    ) { distance($0, $1, $2) <= 4 && labels[$0, $1, $2] != 1 }
  }

  @Test("A crop keeps what lies in the patient's body")
  func crops() throws {
    let mask = try made(
      #"[{"name": "Wide", "union": ["Parotid_L"], "margin": 10, "crop": "body"}]"#
    )
    #expect(mask[4, 16, 7] && mask[8, 9, 7])
    #expect(!mask[3, 16, 7] && !mask[12, 3, 7])
  }

  @Test("Derived structures have names, types and colors of their own, and say what they are")
  func attributes() throws {
    let rules = """
      [{"name": "Parotid_L_PRV", "union": ["Parotid_L"], "margin": 3},
       {"name": "Ring", "union": ["Parotid_L"], "type": "CONTROL", "color": "#0a0B0c"},
       {"name": "Nothing", "intersection": ["Parotid_L", "Parotid_R"]}]
      """
    let export = StructureSetExport(
      rules: try DerivedStructure.rules(json: Data(rules.utf8)),
      model: "Model M"
    )
    let result = try export(labels, scheme: scheme, on: series)
    let structures = result.structureSet.structures
    #expect(structures.map(\.name) == ["Parotid_L", "Parotid_R", "Parotid_L_PRV", "Ring"])
    #expect(structures.map(\.number) == [1, 2, 3, 4])
    #expect(
      structures.map(\.interpretedType) == ["ORGAN", "ORGAN", "AVOIDANCE", "CONTROL"]
    )
    #expect(structures[3].color == StructureColor(10, 11, 12))
    #expect(structures[0].description == "Model M")
    #expect(structures[2].description == "Parotid_L, margin 3.0 mm")
    #expect(result.notes == ["Not found: Lips.", "Nothing is empty; left out."])
  }

  @Test(
    "Rules that cannot be followed are refused with a sentence",
    arguments: [
      ("{}", DerivedStructureError.notAList),
      (#"[{"name": "A", "union": ["Lips"], "crop": "moon"}]"#, .notAList),
      (#"[{"name": "", "union": ["Lips"]}]"#, .badName("")),
      (#"[{"name": "A"}]"#, .noSource("A")),
      (#"[{"name": "A", "union": []}]"#, .noSource("A")),
      (#"[{"name": "A", "union": ["Lips"], "intersection": ["Lips"]}]"#, .noSource("A")),
      (#"[{"name": "A", "union": ["Lips"], "margin": 101}]"#, .badMargin("A")),
      (#"[{"name": "A", "union": ["Lips"], "color": "blue"}]"#, .badColor("A")),
      (#"[{"name": "A", "union": ["Lips"], "type": "organ"}]"#, .badType("A")),
      (
        #"[{"name": "A", "union": ["Eye"]}]"#, .unknownStructure(rule: "A", structure: "Eye")
      ),
      (#"[{"name": "lips", "union": ["Parotid_L"]}]"#, .nameTaken("lips")),
      (#"[{"name": "A", "union": ["Parotid_L"], "crop": "body"}]"#, .noScan(rule: "A")),
    ]
  )
  func refusals(json: String, expected: DerivedStructureError) {
    let error = #expect(throws: DerivedStructureError.self) { try made(json, withScan: false) }
    #expect(error == expected)
    #expect(error.map { "\($0)".hasPrefix("Rules: ") && "\($0)".hasSuffix(".") } == true)
  }

  @Test("Two structures of one clinic's name are told apart, whatever the case")
  func names() throws {
    let clinic = try ClinicNames(
      json: Data(#"{"Parotid_L": "Gland", "Parotid_R": "GLAND"}"#.utf8)
    )
    let result = try StructureSetExport(names: clinic)(labels, scheme: scheme, on: series)
    #expect(result.structureSet.structures.map(\.name) == ["Gland", "GLAND_2"])
    #expect(result.notes.contains("GLAND is called GLAND_2: the name was taken."))
  }
}
