/// A prepared case's voxels wherever they lie; the pointers must outlive the value.
struct CaseArrays {
  /// What a label map holds where the scan has nothing: nnU-Net's -1.
  static let outside: UInt8 = 255

  let channelCount: Int
  /// The number of voxels along D, H and W.
  let size: [Int]
  /// `[C, D, H, W]`.
  let image: UnsafePointer<Float>
  /// `[D, H, W]`: classes, or ``outside``.
  let labels: UnsafePointer<UInt8>

  /// The patch that starts at a voxel, perhaps outside the case, where intensities are 0.
  /// - Parameters:
  ///   - start: The voxel of the case at the patch's first voxel.
  ///   - size: The patch's size.
  ///   - variation: Rotation, scaling and deformation about the patch's center.
  func patch(at start: [Int], size: [Int], varied variation: SpatialVariation.Draw?) -> Patch {
    let count = size[0] * size[1] * size[2]
    guard let variation else { return cut(at: start, size: size, count: count) }
    var labels = [UInt8](repeating: 0, count: count)
    let image = [Float](unsafeUninitializedCapacity: channelCount * count) { image, initialized in
      labels.withUnsafeMutableBufferPointer { labels in
        guard let image = image.baseAddress, let labels = labels.baseAddress else { return }
        let rows = PatchRows(variation, at: start, size: size, in: self.size)
        for row in 0..<size[0] * size[1] {
          rows.move(to: row)
          for channel in 0..<channelCount {
            sampleImage(
              self.image + channel * self.count,
              rows,
              into: image + channel * count + row * size[2]
            )
          }
          sampleLabels(rows, into: labels + row * size[2])
        }
      }
      initialized = channelCount * count
    }
    return Patch(channelCount: channelCount, size: size, image: image, labels: labels)
  }

  /// The number of voxels.
  var count: Int { size[0] * size[1] * size[2] }

  private func cut(at start: [Int], size: [Int], count: Int) -> Patch {
    var image = [Float](repeating: 0, count: channelCount * count)
    var labels = [UInt8](repeating: Self.outside, count: count)
    let inside = (0..<3).map { axis in
      let first = max(0, -start[axis])
      return first..<max(first, min(size[axis], self.size[axis] - start[axis]))
    }
    let width = inside[2].count
    image.withUnsafeMutableBufferPointer { image in
      labels.withUnsafeMutableBufferPointer { labels in
        guard let image = image.baseAddress, let labels = labels.baseAddress, width > 0 else {
          return
        }
        for d in inside[0] {
          for h in inside[1] {
            let target = (d * size[1] + h) * size[2] + inside[2].lowerBound
            let source =
              ((start[0] + d) * self.size[1] + start[1] + h) * self.size[2]
              + start[2] + inside[2].lowerBound
            for channel in 0..<channelCount {
              (image + channel * count + target)
                .update(from: self.image + channel * self.count + source, count: width)
            }
            (labels + target).update(from: self.labels + source, count: width)
          }
        }
      }
    }
    return Patch(channelCount: channelCount, size: size, image: image, labels: labels)
  }
}
