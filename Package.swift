// swift-tools-version: 6.2
import PackageDescription

// Where the C++ libraries are. `./do setup` puts libtorch into `.deps/torch` and installs ITK with
// apt; the two variables point elsewhere where a site keeps its own.
let torch = Context.environment["TORCH_DIR"] ?? "\(Context.packageDirectory)/.deps/torch"
let itk = Context.environment["ITK_INCLUDE_DIR"] ?? "/usr/include/ITK-5.2"

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableUpcomingFeature("InferIsolatedConformances"),
]

/// One room of the house (see `Documentation/Architecture.md`): a library target and what it may import.
func room(_ name: String, _ imports: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: imports, swiftSettings: strict)
}

/// The tests of one room, with the golden files beside them.
func tests(of name: String, _ imports: [Target.Dependency] = [], golden: Bool = false) -> Target {
  .testTarget(
    name: "\(name)Tests",
    dependencies: [.byName(name: name), "TestSupport"] + imports,
    resources: golden ? [.copy("Golden")] : [],
    swiftSettings: strict
  )
}

let argumentParser: Target.Dependency = .product(
  name: "ArgumentParser",
  package: "swift-argument-parser"
)

let package = Package(
  name: "Delineate",
  products: [.executable(name: "delineate", targets: ["delineate"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
  ],
  targets: [
    // 0
    room("Anatomy"),
    room("Randomness"),
    .systemLibrary(name: "CZlib"),
    .systemLibrary(name: "CDeflate"),
    .systemLibrary(name: "CCrypto"),
    .target(
      name: "CTorch",
      cxxSettings: [
        .headerSearchPath("GlooDeclarations"),
        .unsafeFlags([
          "-isystem", "\(torch)/include", "-isystem", "\(torch)/include/torch/csrc/api/include",
          "-O2", "-DNDEBUG", "-fno-math-errno", "-Wall",
        ]),
      ],
      linkerSettings: [
        .unsafeFlags(["-L\(torch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(torch)/lib"]),
        .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
      ]
    ),
    .target(
      name: "CITK",
      cxxSettings: [
        .headerSearchPath("../CConfinement"),
        .unsafeFlags([
          "-isystem", itk, "-isystem", "/usr/include/gdcm-3.0", "-O2", "-DNDEBUG", "-Wall",
        ]),
      ],
      linkerSettings: [
        .linkedLibrary("ITKCommon-5.2"), .linkedLibrary("ITKIOImageBase-5.2"),
        .linkedLibrary("ITKIONIFTI-5.2"), .linkedLibrary("ITKniftiio-5.2"),
        .linkedLibrary("ITKIONRRD-5.2"), .linkedLibrary("ITKIOMeta-5.2"),
        .linkedLibrary("ITKIOPNG-5.2"), .linkedLibrary("itksys-5.2"),
        .linkedLibrary("gdcmMSFF"), .linkedLibrary("gdcmDSED"), .linkedLibrary("gdcmCommon"),
      ]
    ),
    .target(
      name: "CDCMTK",
      cxxSettings: [
        .headerSearchPath("../CConfinement"), .unsafeFlags(["-O2", "-DNDEBUG", "-Wall"]),
      ],
      linkerSettings: [
        .linkedLibrary("dcmtls"), .linkedLibrary("dcmnet"), .linkedLibrary("dcmdata"),
        .linkedLibrary("oflog"), .linkedLibrary("ofstd"),
      ]
    ),
    // 1
    room("Volumes"),
    room("Archives", ["CZlib", "CDeflate", "CCrypto"]),
    room("Torch", ["CTorch"]),
    // 2
    room("VolumeFiles", ["Volumes", "Anatomy", "Archives", "CITK"]),
    room("DICOMStudies", ["Volumes", "Anatomy", "Archives", "CDCMTK"]),
    room("ImageProcessing", ["Volumes", "Torch"]),
    room("NeuralNetworks", ["Torch", "Randomness"]),
    // 3
    room("Preprocessing", ["Volumes", "ImageProcessing"]),
    room("Models", ["Anatomy", "Archives", "Torch", "ImageProcessing", "NeuralNetworks"]),
    room("Registration", ["Randomness", "Volumes", "VolumeFiles", "ImageProcessing"]),
    room("SegmentationMetrics", ["Volumes", "Anatomy", "ImageProcessing"]),
    room(
      "Datasets",
      [
        "Anatomy", "Volumes", "VolumeFiles", "Archives", "Randomness", "DICOMStudies",
        "ImageProcessing",
      ]
    ),
    // 4
    room(
      "Inference",
      ["Volumes", "Torch", "ImageProcessing", "NeuralNetworks", "Preprocessing", "Models"]
    ),
    room(
      "Evaluation",
      [
        "Anatomy", "Randomness", "Volumes", "VolumeFiles", "ImageProcessing", "SegmentationMetrics",
        "Datasets", "DICOMStudies",
      ]
    ),
    room(
      "Training",
      [
        "Anatomy", "Randomness", "Volumes", "VolumeFiles", "Torch", "ImageProcessing",
        "NeuralNetworks",
        "Preprocessing", "Models", "Datasets", "SegmentationMetrics", "Archives",
      ]
    ),
    room(
      "Adaptation",
      [
        "Anatomy", "Volumes", "ImageProcessing", "Randomness", "Registration",
        "SegmentationMetrics",
      ]
    ),
    // 5
    room(
      "Segmentation",
      [
        "Anatomy", "Volumes", "VolumeFiles", "Torch", "ImageProcessing", "Preprocessing", "Models",
        "SegmentationMetrics", "Datasets", "Inference", "Adaptation", "DICOMStudies",
        "Registration",
      ]
    ),
    room(
      "Reports",
      [
        "Anatomy", "Volumes", "VolumeFiles", "ImageProcessing", "NeuralNetworks", "Models",
        "SegmentationMetrics", "Evaluation", "Training", "Registration",
      ]
    ),
    // 6
    room(
      "Validation",
      [
        "Anatomy", "Archives", "Volumes", "VolumeFiles", "ImageProcessing", "Models",
        "SegmentationMetrics", "Datasets", "Training", "Segmentation",
      ]
    ),
    // 6
    room("DICOMNode", ["DICOMStudies", "Archives"]),
    // 7
    .executableTarget(
      name: "delineate",
      dependencies: [
        "Anatomy", "Volumes", "VolumeFiles", "Models", "Torch", "SegmentationMetrics", "Datasets",
        "ImageProcessing", "Inference", "NeuralNetworks", "Preprocessing", "Evaluation", "Training",
        "Segmentation", "Reports", "Validation", "Adaptation", "DICOMStudies", "DICOMNode",
        "Registration",
        argumentParser,
      ],
      swiftSettings: strict
    ),
    // tests
    .target(name: "TestSupport", dependencies: ["Volumes"], swiftSettings: strict),
    tests(of: "Anatomy"),
    tests(of: "Randomness"),
    tests(of: "Volumes"),
    tests(of: "Archives"),
    tests(of: "Adaptation", ["Anatomy", "Volumes", "VolumeFiles", "Registration"], golden: true),
    tests(of: "Torch"),
    tests(of: "VolumeFiles", ["Volumes", "Anatomy"], golden: true),
    tests(of: "DICOMStudies", ["Anatomy", "Volumes", "ImageProcessing"]),
    tests(of: "ImageProcessing", ["Volumes", "Torch"], golden: true),
    tests(of: "NeuralNetworks", ["Torch", "Randomness"], golden: true),
    tests(of: "Preprocessing", ["Volumes", "ImageProcessing"], golden: true),
    tests(
      of: "Models",
      ["Anatomy", "Archives", "Torch", "NeuralNetworks", "ImageProcessing"],
      golden: true
    ),
    tests(
      of: "SegmentationMetrics",
      ["Volumes", "Anatomy", "ImageProcessing", "VolumeFiles"],
      golden: true
    ),
    tests(of: "Registration", ["Volumes", "VolumeFiles", "ImageProcessing"], golden: true),
    tests(of: "Datasets", ["Anatomy", "Volumes", "VolumeFiles"]),
    tests(
      of: "Inference",
      ["Torch", "ImageProcessing", "NeuralNetworks", "Preprocessing", "Volumes"],
      golden: true
    ),
    tests(
      of: "Training",
      [
        "Anatomy", "Randomness", "Volumes", "VolumeFiles", "Torch", "NeuralNetworks",
        "Preprocessing",
        "ImageProcessing", "Models", "Datasets",
      ],
      golden: true
    ),
    tests(
      of: "Segmentation",
      [
        "Anatomy", "Volumes", "VolumeFiles", "Models", "SegmentationMetrics", "Datasets",
        "Inference",
        "Torch", "NeuralNetworks", "ImageProcessing", "Adaptation", "Preprocessing", "DICOMStudies",
        "Registration",
      ]
    ),
    tests(
      of: "Evaluation",
      ["Anatomy", "Volumes", "VolumeFiles", "SegmentationMetrics", "Datasets"],
      golden: true
    ),
    tests(
      of: "Reports",
      [
        "Anatomy", "Volumes", "VolumeFiles", "ImageProcessing", "NeuralNetworks", "Models",
        "SegmentationMetrics", "Evaluation", "Training",
      ]
    ),
    tests(
      of: "Validation",
      [
        "Anatomy", "Volumes", "VolumeFiles", "ImageProcessing", "Models", "Datasets", "Training",
        "Segmentation",
      ],
      golden: true
    ),
    tests(of: "DICOMNode", ["DICOMStudies"]),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["TestSupport", "Volumes", "VolumeFiles", "Models"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx20
)
