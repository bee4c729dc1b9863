/**
 * @file How Keras splits the arguments of each op between the constructor of the op's class and the call, which is how configs of
 * functional models hold them. Taken from Keras 3.15.1.
 */

/**
 * Pairs of a signature and the ops that have it. A signature is Keras's module below `keras.src.ops`, and the parameters in order:
 * `.name` belongs to the constructor, `name` to the call, `*name` takes any number, `=value` is the default as JSON. Parameters
 * without a default are positional here.
 */
const GROUPS: readonly (readonly [signature: string, ops: string])[] = [
  ['core: .cond .body loop_vars .maximum_iterations=null', 'while_loop'],
  ['core: .function elements', 'vectorized_map'],
  ['core: .lower .upper .body_fun init_val', 'fori_loop'],
  ['core: f elems .reverse=false .axis=0', 'associative_scan'],
  ['core: f init xs=null .length=null .reverse=false .unroll=1', 'scan'],
  ['core: f xs', 'map'],
  ['core: index branches *operands', 'switch'],
  ['core: indices values .shape', 'scatter'],
  ['core: inputs indices updates .reduction=null', 'scatter_update'],
  ['core: inputs start_indices .shape', 'slice'],
  ['core: inputs start_indices updates', 'slice_update'],
  ['core: pred true_fn false_fn', 'cond'],
  ['core: variable', 'stop_gradient'],
  ['core: x .dtype', 'cast saturate_cast'],
  ['core: x .dtype=null .sparse=null .ragged=null', 'convert_to_tensor'],
  ['core: x .num=null .axis=0', 'unstack'],
  ['einops: tensor pattern', 'rearrange'],
  ['image: image1 image2 .max_val=1.0 .filter_size=11 .filter_sigma=1.5 .k1=0.01 .k2=0.03 .data_format=null', 'ssim'],
  [
    'image: images .alpha=20.0 .sigma=5.0 .interpolation="bilinear" .fill_mode="reflect" .fill_value=0.0 .seed=null .data_format=null',
    'elastic_transform',
  ],
  ['image: images .data_format=null', 'hsv_to_rgb rgb_to_grayscale rgb_to_hsv sobel_edges'],
  ['image: images .kernel_size=[3,3] .sigma=[1.0,1.0] .data_format=null', 'gaussian_blur'],
  [
    'image: images .size .interpolation="bilinear" .antialias=false .crop_to_aspect_ratio=false .pad_to_aspect_ratio=false .fill_mode="constant" .fill_value=0.0 .data_format=null',
    'resize',
  ],
  ['image: images .size .strides=null .dilation_rate=1 .padding="valid" .data_format=null', 'extract_patches'],
  [
    'image: images .top_cropping=null .left_cropping=null .bottom_cropping=null .right_cropping=null .target_height=null .target_width=null .data_format=null',
    'crop_images',
  ],
  [
    'image: images .top_padding=null .left_padding=null .bottom_padding=null .right_padding=null .target_height=null .target_width=null .data_format=null',
    'pad_images',
  ],
  ['image: images output_shape scale translation .spatial_dims .method .antialias=true', 'scale_and_translate'],
  [
    'image: images start_points end_points .interpolation="bilinear" .fill_value=0 .data_format=null',
    'perspective_transform',
  ],
  [
    'image: images transform .interpolation="bilinear" .fill_mode="constant" .fill_value=0 .data_format=null',
    'affine_transform',
  ],
  ['image: inputs coordinates .order .fill_mode="constant" .fill_value=0', 'map_coordinates'],
  ['image: volumes .size .strides=null .dilation_rate=1 .padding="valid" .data_format=null', 'extract_patches_3d'],
  ['linalg: a b', 'solve'],
  ['linalg: a b .lower=false', 'solve_triangular'],
  ['linalg: a b .rcond=null', 'lstsq'],
  ['linalg: fun primals tangents .has_aux=false', 'jvp'],
  ['linalg: x', 'det eig eigh inv lu_factor'],
  ['linalg: x .full_matrices=true .compute_uv=true', 'svd'],
  ['linalg: x .mode="reduced"', 'qr'],
  ['linalg: x .ord=null .axis=null .keepdims=false', 'norm'],
  ['linalg: x .rcond=null', 'pinv'],
  ['linalg: x .tol=null', 'matrix_rank'],
  ['linalg: x .upper=false', 'cholesky cholesky_inverse'],
  ['math: data segment_ids .num_segments=null .sorted=false', 'segment_max segment_min segment_prod segment_sum'],
  ['math: targets predictions .k', 'in_top_k'],
  ['math: x', 'erf erfc erfinv fft fft2 ifft2 logdet rsqrt view_as_complex view_as_real'],
  ['math: x .axis=null .keepdims=false', 'logsumexp'],
  ['math: x .fft_length=null', 'irfft rfft'],
  ['math: x .k .sorted=true', 'top_k'],
  ['math: x .sequence_length .sequence_stride', 'extract_sequences'],
  ['math: x .sequence_length .sequence_stride .fft_length .length=null .window="hann" .center=true', 'istft'],
  ['math: x .sequence_length .sequence_stride .fft_length .window="hann" .center=true', 'stft'],
  ['math: x y', 'cdist'],
  ['nn: abs_ angle', 'polar'],
  ['nn: inputs .num_classes=null .axis=-1 .dtype=null .sparse=false', 'multi_hot'],
  ['nn: inputs .output_size .data_format=null', 'adaptive_average_pool adaptive_max_pool'],
  ['nn: inputs .pool_size .strides=null .padding="valid" .data_format=null', 'average_pool max_pool'],
  [
    'nn: inputs depthwise_kernel pointwise_kernel .strides=1 .padding="valid" .data_format=null .dilation_rate=1',
    'separable_conv',
  ],
  ['nn: inputs kernel .strides=1 .padding="valid" .data_format=null .dilation_rate=1', 'conv depthwise_conv'],
  [
    'nn: inputs kernel .strides=1 .padding="valid" .output_padding=null .data_format=null .dilation_rate=1',
    'conv_transpose',
  ],
  [
    'nn: inputs sequence_lengths .strategy="greedy" .beam_width=100 .top_paths=1 .merge_repeated=true .mask_index=0',
    'ctc_decode',
  ],
  [
    'nn: query key value bias=null mask=null scale=null .is_causal=false .flash_attention=null .attn_logits_soft_cap=null',
    'dot_product_attention',
  ],
  ['nn: target output .from_logits=false', 'binary_crossentropy'],
  ['nn: target output .from_logits=false .axis=-1', 'categorical_crossentropy sparse_categorical_crossentropy'],
  ['nn: target output target_length output_length .mask_index=0', 'ctc_loss'],
  [
    'nn: x',
    'hard_sigmoid hard_silu hard_swish hard_tanh log_sigmoid relu relu6 selu sigmoid silu softplus softsign sparse_plus sparse_sigmoid swish tanh_shrink',
  ],
  ['nn: x .alpha=1.0', 'celu elu'],
  ['nn: x .approximate=true', 'gelu'],
  ['nn: x .axes .keepdims=false .synchronized=false', 'moments'],
  ['nn: x .axis=-1', 'glu log_softmax softmax sparsemax'],
  ['nn: x .axis=-1 .order=2 .epsilon=null', 'normalize'],
  ['nn: x .b=4', 'squareplus'],
  ['nn: x .block_size .data_format="channels_last"', 'depth_to_space space_to_depth'],
  ['nn: x .kernel_size .dilation=1 .padding=0 .stride=1', 'unfold'],
  ['nn: x .negative_slope=0.2', 'leaky_relu'],
  ['nn: x .num_classes .axis=-1 .dtype=null .sparse=false', 'one_hot'],
  ['nn: x .output_size .kernel_size .dilation=1 .padding=0 .stride=1', 'fold'],
  ['nn: x .threshold .default_value', 'threshold'],
  ['nn: x .threshold=0.5', 'hard_shrink soft_shrink'],
  ['nn: x gamma=null beta=null .axis=-1 .epsilon=null', 'layer_normalization'],
  ['nn: x mean variance .axis offset=null scale=null .epsilon=0.001', 'batch_normalization'],
  ['nn: x scale=null .axis=-1 .epsilon=null', 'rms_normalization'],
  ['nn: x1 x2 .max_val', 'psnr'],
  ['numpy: *x .indexing="xy"', 'meshgrid'],
  ['numpy: .shape fill_value .dtype=null', 'full'],
  ['numpy: .subscripts *operands', 'einsum'],
  ['numpy: a .n=1 .axis=-1', 'diff'],
  ['numpy: array .k=1 .axes=[0,1]', 'rot90'],
  ['numpy: condition x1=null x2=null', 'where'],
  ['numpy: condlist choicelist default=0', 'select'],
  ['numpy: indices .shape', 'unravel_index'],
  ['numpy: sorted_sequence values .side="left"', 'searchsorted'],
  ['numpy: start stop .num=50 .endpoint=true .base=10 .dtype=null .axis=0', 'logspace'],
  ['numpy: start stop .num=50 .endpoint=true .dtype=null .axis=0', 'geomspace'],
  ['numpy: start stop .num=50 .endpoint=true .retstep=false .dtype=null .axis=0', 'linspace'],
  ['numpy: start stop=null step=null .dtype=null', 'arange'],
  [
    'numpy: x',
    'absolute angle arccos arccosh arcsin arcsinh arctan arctanh bitwise_invert bitwise_not cbrt ceil conjugate copy corrcoef cos cosh deg2rad exp exp2 expm1 fabs fliplr flipud floor i0 imag isfinite isinf isnan isneginf isposinf isreal log log10 log1p log2 logical_not ndim negative nonzero rad2deg ravel real reciprocal sign signbit sin sinc sinh size slogdet sqrt square tan tanh trunc',
  ],
  ['numpy: x .N=null .increasing=false', 'vander'],
  ['numpy: x .axes=null', 'transpose'],
  ['numpy: x .axis', 'expand_dims'],
  ['numpy: x .axis1 .axis2', 'swapaxes'],
  ['numpy: x .axis=-1', 'argsort sort'],
  ['numpy: x .axis=0', 'stack'],
  ['numpy: x .axis=null', 'count_nonzero flip squeeze'],
  ['numpy: x .axis=null .dtype=null', 'cumprod cumsum nancumprod nancumsum'],
  [
    'numpy: x .axis=null .keepdims=false',
    'all amax amin any argmax argmin mean median nanargmax nanargmin nanmax nanmean nanmedian nanmin nanprod nanstd nansum nanvar ptp std sum var',
  ],
  ['numpy: x .axis=null .keepdims=false .dtype=null', 'prod'],
  ['numpy: x .axis=null .keepdims=false .initial=null', 'max min'],
  ['numpy: x .axis=null weights=null', 'average'],
  ['numpy: x .bins=10 .range=null', 'histogram'],
  ['numpy: x .decimals=0', 'round'],
  ['numpy: x .dtype=null', 'array empty_like ones_like view zeros_like'],
  ['numpy: x .indices_or_sections', 'dsplit hsplit vsplit'],
  ['numpy: x .indices_or_sections .axis=0', 'array_split split'],
  ['numpy: x .k=0', 'diag diagflat tril triu'],
  ['numpy: x .kth .axis=-1', 'argpartition'],
  ['numpy: x .nan=0.0 .posinf=null .neginf=null', 'nan_to_num'],
  ['numpy: x .newshape', 'reshape'],
  ['numpy: x .offset=0 .axis1=0 .axis2=1', 'diagonal trace'],
  ['numpy: x .pad_width .mode="constant" constant_values=null', 'pad'],
  ['numpy: x .repeats', 'tile'],
  ['numpy: x .repeats .axis=null', 'repeat'],
  ['numpy: x .shape', 'broadcast_to'],
  ['numpy: x .shift .axis=null', 'roll'],
  [
    'numpy: x .sorted=true .return_index=false .return_inverse=false .return_counts=false .axis=null .size=null .fill_value=null',
    'unique',
  ],
  ['numpy: x .source .destination', 'moveaxis'],
  ['numpy: x .weights=null .minlength=0 .sparse=false', 'bincount'],
  ['numpy: x .x_min .x_max', 'clip'],
  ['numpy: x bins', 'digitize'],
  ['numpy: x fill_value .dtype=null', 'full_like'],
  ['numpy: x indices .axis=null', 'take take_along_axis'],
  ['numpy: x key', 'get_item'],
  ['numpy: x q .axis=null .method="linear" .keepdims=false', 'nanpercentile nanquantile percentile quantile'],
  ['numpy: x y', 'bitwise_and bitwise_left_shift bitwise_or bitwise_right_shift bitwise_xor left_shift right_shift'],
  [
    'numpy: x1 x2',
    'add arctan2 divide divide_no_nan dot equal floor_divide fmax fmin fmod gcd greater greater_equal heaviside hypot inner kron lcm ldexp less less_equal logaddexp logaddexp2 logical_and logical_or logical_xor matmul maximum minimum mod multiply nextafter not_equal outer power subtract true_divide vdot',
  ],
  ['numpy: x1 x2 .assume_unique=false .invert=false', 'isin'],
  ['numpy: x1 x2 .axes=2', 'tensordot'],
  ['numpy: x1 x2 .axis=null', 'append'],
  ['numpy: x1 x2 .axisa=-1 .axisb=-1 .axisc=-1 .axis=null', 'cross'],
  ['numpy: x1 x2 .mode="valid"', 'correlate'],
  ['numpy: x1 x2 .rtol=1e-05 .atol=1e-08 .equal_nan=false', 'allclose'],
  ['numpy: x1 x2 rtol=1e-05 atol=1e-08 .equal_nan=false', 'isclose'],
  ['numpy: xs', 'dstack hstack vstack'],
  ['numpy: xs .axis=0', 'concatenate'],
  ['numpy: y .x=null .dx=1.0 .axis=-1', 'trapezoid'],
];

/** A parameter of an op. */
export interface OpParameter {
  /** In Keras's snake_case. */
  readonly name: string;
  /** Whether it goes to the constructor of the op's class, and so into its config. */
  readonly inConfig: boolean;
  readonly variadic: boolean;
  readonly required: boolean;
  readonly default: unknown;
}

/** The parameters of an op, and the module of its class below `keras.src.ops`. */
export interface OpSignature {
  readonly module: string;
  readonly parameters: readonly OpParameter[];
}

function parse(signature: string): OpSignature {
  const [module, list] = signature.split(': ');
  const parameters = list.split(' ').map((text): OpParameter => {
    const [, dot, star, name, value] = /^(\.?)(\*?)([A-Za-z0-9_]+)(?:=(.*))?$/.exec(text)!;
    const required = value === undefined;
    return {
      name,
      inConfig: dot !== '',
      variadic: star !== '',
      required,
      default: required ? null : (JSON.parse(value) as unknown),
    };
  });
  return { module, parameters };
}

const signatures = new Map<string, string>(
  GROUPS.flatMap(([signature, ops]) => ops.split(' ').map((name): [string, string] => [name, signature])),
);

/** The signature of an op by Keras's name (`'expand_dims'`), or null for one that has no class in Keras. */
export function opSignature(opName: string): OpSignature | null {
  const signature = signatures.get(opName);
  return signature === undefined ? null : parse(signature);
}

/** The names of all ops that have a class in Keras. */
export function opNames(): string[] {
  return [...signatures.keys()];
}
