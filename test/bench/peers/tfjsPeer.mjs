/** @file The work in TensorFlow.js: NHWC, `optimizer.minimize`, as its documentation advises. */
import { importPeer } from './peerPackages.mjs';

/**
 * @param {'unet' | 'vgg'} net
 * @param {import('./peerWork').PeerWork} work
 * @param {'webgpu'} backend
 * @returns {Promise<() => Promise<number>>} one step, giving its loss
 */
export async function startTfjs(net, work, backend) {
  const tf = await importPeer('tfjs.mjs');
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend ${backend} here`);
  await tf.ready();

  const variables = {};
  for (const [name, { shape, values }] of work.parameters) {
    let tensor = tf.tensor(values, [...shape]);
    // O×I×H×W → H×W×I×O; of a transposed convolution I×O×H×W → H×W×O×I: the same permutation.
    if (shape.length === 4) tensor = tensor.transpose([2, 3, 1, 0]);
    // The flattened pixels are in another order.
    if (shape.length === 2)
      tensor = tensor.reshape([10, 10, 7, 7]).transpose([2, 3, 1, 0]).reshape([490, 10]);
    variables[name] = tf.variable(tensor);
  }
  const [batch, , height, width] = work.input.shape;
  const x = tf.tensor4d(work.input.values, [batch, height, width, 1]);
  const y =
    net === 'unet'
      ? tf.tensor4d(work.target.values, [batch, height, width, 1])
      : tf.oneHot(tf.tensor1d(Array.from(work.target.values), 'int32'), 10).toFloat();

  const pool = (h) => tf.maxPool(h, 2, 2, 'valid');
  const doubleConv = (name, input) => {
    let h = input;
    for (const at of [0, 3]) {
      h = tf.conv2d(h, variables[`${name}.conv.${at}.weight`], 1, 'same');
      const { mean, variance } = tf.moments(h, [0, 1, 2]);
      const norm = `${name}.conv.${at + 1}`;
      const [weight, bias] = [variables[`${norm}.weight`], variables[`${norm}.bias`]];
      h = tf.relu(tf.batchNorm(h, mean, variance, bias, weight, 1e-5));
    }
    return h;
  };
  const up = (name, h, channels) => {
    const size = [batch, h.shape[1] * 2, h.shape[2] * 2, channels];
    return tf.add(
      tf.conv2dTranspose(h, variables[`${name}.weight`], size, 2, 'valid'),
      variables[`${name}.bias`],
    );
  };
  const losses = {
    unet: () => {
      const top = doubleConv('downs.0', x);
      const middle = doubleConv('downs.1', pool(top));
      const bottom = doubleConv('bottleneck', pool(middle));
      let u = doubleConv('ups.1', tf.concat([middle, up('ups.0', bottom, 32)], 3));
      u = doubleConv('ups.3', tf.concat([top, up('ups.2', u, 16)], 3));
      const z = tf.add(tf.conv2d(u, variables['final_conv.weight'], 1, 'same'), variables['final_conv.bias']);
      return tf.losses.sigmoidCrossEntropy(y, z);
    },
    vgg: () => {
      let h = x;
      for (const block of ['block_1', 'block_2']) {
        for (const at of [0, 2]) {
          const weight = variables[`${block}.${at}.weight`];
          h = tf.relu(tf.add(tf.conv2d(h, weight, 1, 'same'), variables[`${block}.${at}.bias`]));
        }
        h = pool(h);
      }
      const z = tf.matMul(h.reshape([batch, 490]), variables['classifier.1.weight']);
      return tf.losses.softmaxCrossEntropy(y, tf.add(z, variables['classifier.1.bias']));
    },
  };
  const optimizer = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
  return async () => {
    const loss = optimizer.minimize(losses[net], true);
    const [value] = await loss.data();
    loss.dispose();
    return value;
  };
}
