extension Float: VoxelValue {
  /// Rounds to single precision once, as `SimpleITK` and NumPy's `float32` do.
  static func convert<Stored: StoredScalar>(
    _ stored: UnsafeBufferPointer<Stored>,
    isSwapped: Bool,
    rescale: Rescale?,
    to voxels: UnsafeMutableBufferPointer<Float>
  ) -> (first: Int, count: Int, value: Double)? {
    var isSound = true
    if let rescale {
      for index in voxels.indices {
        let number = isSwapped ? stored[index].swapped : stored[index]
        // ITK turns whole numbers into singles first and scales in double.
        let value =
          (Stored.self == Double.self ? number.asDouble : Double(number.asFloat)) * rescale.slope
          + rescale.intercept
        voxels[index] = Float(value)
        isSound = isSound && voxels[index].isNumber
      }
    } else if isSwapped {
      for index in voxels.indices {
        voxels[index] = stored[index].swapped.asFloat
        isSound = isSound && voxels[index].isNumber
      }
    } else {
      for index in voxels.indices {
        voxels[index] = stored[index].asFloat
        isSound = isSound && voxels[index].isNumber
      }
    }
    guard !isSound, let first = voxels.firstIndex(where: { !$0.isNumber }) else { return nil }
    return (first, voxels.count { !$0.isNumber }, Double(voxels[first]))
  }
}

extension UInt16: VoxelValue {
  /// Takes whole numbers from 0 to 65535 over exactly.
  static func convert<Stored: StoredScalar>(
    _ stored: UnsafeBufferPointer<Stored>,
    isSwapped: Bool,
    rescale: Rescale?,
    to voxels: UnsafeMutableBufferPointer<UInt16>
  ) -> (first: Int, count: Int, value: Double)? {
    var first: Int?
    var count = 0
    func value(at index: Int) -> Double {
      let number = (isSwapped ? stored[index].swapped : stored[index]).asDouble
      return rescale.map { number * $0.slope + $0.intercept } ?? number
    }
    if Stored.self == UInt8.self && rescale == nil {
      for index in voxels.indices {
        voxels[index] = UInt16(truncatingIfNeeded: Int(stored[index].asFloat))
      }
      return nil
    }
    for index in voxels.indices {
      let number = value(at: index)
      if let label = UInt16(exactly: number) {
        voxels[index] = label
      } else {
        voxels[index] = 0
        first = first ?? index
        count += 1
      }
    }
    return first.map { ($0, count, value(at: $0)) }
  }
}
