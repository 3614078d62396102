internal import Foundation
internal import VolumeFiles
internal import Volumes

/// One run of elastix: a kind of transform, what it starts from, and how it is searched.
struct ElastixStage: Sendable {
  /// The kind of transform that elastix optimizes.
  enum Kind: String, Sendable {
    case rigid = "EulerTransform"
    case affine = "AffineTransform"
    case bspline = "RecursiveBSplineTransform"
  }

  let kind: Kind
  let plan: RegistrationPlan.Stage
  let seed: Int

  /// Finds the transform from fixed to moving; elastix starts from the identity.
  ///
  /// - Parameters:
  ///   - fixed: The fixed scan's working copy.
  ///   - moving: The moving scan's working copy, its grid already where the start places it.
  ///   - fixedMask: Where places are drawn.
  ///   - movingMask: Where the moving scan counts; everywhere where `nil`.
  ///   - threads: How many threads elastix may use.
  ///   - isCancelled: Asked while elastix works.
  ///   - progress: Called with the share that is done, 0 to 1.
  /// - Returns: A map from points of the fixed to points of the moving copy.
  /// - Throws: ``RegistrationError``.
  func callAsFunction(
    fixed: Volume<Float>,
    moving: Volume<Float>,
    fixedMask: Mask,
    movingMask: Mask?,
    threads: Int,
    isCancelled: () -> Bool,
    progress: @escaping @Sendable (Double) -> Void
  ) throws(RegistrationError) -> SpatialTransform {
    let program = try ChildProcess.find("elastix")
    let parameters = self.parameters(fixed: fixed.grid, moving: moving.grid)
    let output = ElastixOutput(
      iterations: plan.iterations,
      resolutions: plan.smoothing.count,
      progress: progress
    )
    return try withPrivateFolder { (folder: URL) throws(RegistrationError) -> SpatialTransform in
      var arguments = ["-f", "fixed.mha", "-m", "moving.mha", "-fMask", "fixedMask.mha"]
      do {
        try writeUncompressed(fixed, to: folder.appending(path: "fixed.mha"))
        try writeUncompressed(moving, to: folder.appending(path: "moving.mha"))
        try writeUncompressed(fixedMask, to: folder.appending(path: "fixedMask.mha"))
        if let movingMask {
          try writeUncompressed(movingMask, to: folder.appending(path: "movingMask.mha"))
          arguments += ["-mMask", "movingMask.mha"]
        }
        try TransformText.write(parameters.text, to: folder.appending(path: "parameters.txt"))
      } catch {
        throw RegistrationError.files(reason: Self.words(of: error))
      }
      arguments += ["-p", "parameters.txt", "-out", ".", "-threads", "\(max(1, threads))"]
      let child = ChildProcess(program, arguments: arguments, folder: folder)
      let status = try child.run(isCancelled: isCancelled) { output.read($0) }
      guard status == 0 else { throw output.failure(status: status) }
      do {
        return try readTransform(at: folder.appending(path: "TransformParameters.0.txt"))
      } catch {
        throw RegistrationError.files(reason: Self.words(of: error))
      }
    }
  }

  /// An error's sentence without its full stop, to be part of another one.
  private static func words(of error: any Error) -> String {
    let text = "\(error)"
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }

  /// The parameters, each line with its reason where the value is not elastix's own default.
  func parameters(fixed: VoxelGrid, moving: VoxelGrid) -> ElastixParameters {
    var p = ElastixParameters()
    let isDeformable = kind == .bspline
    let hasBending = isDeformable && plan.bendingWeight > 0
    p.set("FixedInternalImagePixelType", "float")
    p.set("MovingInternalImagePixelType", "float")
    // Grids are oblique; without this elastix would take them for straight ones.
    p.set("UseDirectionCosines", true)
    p.set(
      "Registration",
      hasBending ? "MultiMetricMultiResolutionRegistration" : "MultiResolutionRegistration"
    )
    p.set("FixedImagePyramid", "FixedSmoothingImagePyramid")
    p.set("MovingImagePyramid", "MovingSmoothingImagePyramid")
    p.set("NumberOfResolutions", [Double(plan.smoothing.count)])
    p.set("FixedImagePyramidSchedule", schedule(fixed))
    p.set("MovingImagePyramidSchedule", schedule(moving))
    // Linear: the working copies are smooth, and cubic splines take several times as long.
    p.set("Interpolator", "LinearInterpolator")
    p.set("ResampleInterpolator", "FinalBSplineInterpolator")
    p.set("FinalBSplineInterpolationOrder", [1])
    p.set("Resampler", "DefaultResampler")
    p.set("Optimizer", "AdaptiveStochasticGradientDescent")
    p.set("AutomaticParameterEstimation", true)
    p.set("MaximumStepLength", [plan.largestStep])
    p.set("MaximumNumberOfIterations", [Double(plan.iterations)])
    p.set("Transform", kind.rawValue)
    p.set("HowToCombineTransforms", "Compose")
    if !isDeformable {
      p.set("AutomaticScalesEstimation", true)
      // The start is ours.
      p.set("AutomaticTransformInitialization", false)
    }
    if hasBending {
      p.set("Metric", "AdvancedMattesMutualInformation", "TransformBendingEnergyPenalty")
      p.set("Metric0Weight", [1])
      p.set("Metric1Weight", [plan.bendingWeight])
    } else {
      p.set("Metric", "AdvancedMattesMutualInformation")
    }
    p.set("NumberOfHistogramBins", [Double(plan.bins)])
    p.set("ImageSampler", "RandomCoordinate")
    p.set("NumberOfSpatialSamples", [Double(plan.samples)])
    p.set("NewSamplesEveryIteration", true)
    p.set("UseRandomSampleRegion", false)
    // The moving scan shows a part of the body only; its share is checked by ours.
    p.set("RequiredRatioOfValidSamples", [0.02])
    // Masks with their margins are meant as they are.
    p.set("ErodeMask", false)
    p.set("RandomSeed", [Double(seed)])
    if isDeformable {
      p.set("FinalGridSpacingInPhysicalUnits", [Double](repeating: plan.gridSpacing, count: 3))
      let levels = plan.smoothing.indices.reversed().map { Double(1 << $0) }
      p.set("GridSpacingSchedule", levels.flatMap { [$0, $0, $0] })
    }
    p.set("WriteResultImage", false)
    p.set("WriteTransformParametersEachIteration", false)
    p.set("WriteTransformParametersEachResolution", false)
    return p
  }

  /// Smoothing in mm as factors of voxels: elastix smooths by half the factor, in voxels.
  private func schedule(_ grid: VoxelGrid) -> [Double] {
    plan.smoothing.flatMap { width in
      (0..<3).map { axis in max(1, (width / grid.spacing[axis]).rounded()) }
    }
  }
}
