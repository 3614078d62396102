/// Convolutions as their definition says, in double precision: what ours are compared with.
///
/// `[N, C, D, H, W]` in C order; zeros outside; padding `(k − 1) / 2`.
struct DirectConvolution {
  var input: [Float]
  var shape: [Int]
  var weight: [Float]
  var weightShape: [Int]
  var bias: [Float]?
  var stride = [1, 1, 1]

  /// The sums, and the shape they fill.
  func result() -> (values: [Double], shape: [Int]) {
    let kernel = Array(weightShape[2...])
    let (inputs, outputs) = (weightShape[1], weightShape[0])
    let size = Array(shape[2...])
    let padding = kernel.map { ($0 - 1) / 2 }
    let newSize = (0..<3).map { axis -> Int in
      let reach = size[axis] + 2 * padding[axis] - kernel[axis]
      return reach / stride[axis] + 1
    }
    var values: [Double] = []
    for n in 0..<shape[0] {
      for output in 0..<outputs {
        for d in 0..<newSize[0] {
          for h in 0..<newSize[1] {
            for w in 0..<newSize[2] {
              var sum: Double = bias.map { Double($0[output]) } ?? 0
              for c in 0..<inputs {
                let channel = (n * inputs + c) * size[0]
                let taps = (output * inputs + c) * kernel[0]
                for a in 0..<kernel[0] {
                  let z = d * stride[0] + a - padding[0]
                  guard z >= 0, z < size[0] else { continue }
                  for b in 0..<kernel[1] {
                    let y = h * stride[1] + b - padding[1]
                    guard y >= 0, y < size[1] else { continue }
                    let line = ((channel + z) * size[1] + y) * size[2]
                    let tap = ((taps + a) * kernel[1] + b) * kernel[2]
                    for e in 0..<kernel[2] {
                      let x = w * stride[2] + e - padding[2]
                      guard x >= 0, x < size[2] else { continue }
                      sum += Double(input[line + x]) * Double(weight[tap + e])
                    }
                  }
                }
              }
              values.append(sum)
            }
          }
        }
      }
    }
    return (values, [shape[0], outputs] + newSize)
  }

  /// The transposed convolution whose stride is its kernel; weight `[Cin, Cout, kd, kh, kw]`.
  func transposedResult() -> (values: [Double], shape: [Int]) {
    let kernel = Array(weightShape[2...])
    let (inputs, outputs) = (weightShape[0], weightShape[1])
    let size = Array(shape[2...])
    let newSize = zip(size, kernel).map { $0 * $1 }
    var values: [Double] = []
    for n in 0..<shape[0] {
      for output in 0..<outputs {
        for d in 0..<newSize[0] {
          for h in 0..<newSize[1] {
            for w in 0..<newSize[2] {
              var sum: Double = bias.map { Double($0[output]) } ?? 0
              for c in 0..<inputs {
                let plane: Int = (n * inputs + c) * size[0] + d / kernel[0]
                let line: Int = plane * size[1] + h / kernel[1]
                let value = input[line * size[2] + w / kernel[2]]
                let slab: Int = (c * outputs + output) * kernel[0] + d % kernel[0]
                let row: Int = slab * kernel[1] + h % kernel[1]
                let tap = weight[row * kernel[2] + w % kernel[2]]
                sum += Double(value) * Double(tap)
              }
              values.append(sum)
            }
          }
        }
      }
    }
    return (values, [shape[0], outputs] + newSize)
  }
}
