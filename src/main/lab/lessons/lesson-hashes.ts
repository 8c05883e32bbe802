/** SHA-256 of the lessons that come with this version: checks of a changed file are nobody's. */
export const LESSON_HASHES: Readonly<Record<string, string>> = {
  "01-matrix-products": "6d776000d9d7374884fddac22146c87e09a44374d76cf10873814bffa51fb85d",
  "02-broadcasting": "31221615fb2748fe761fdac0c027f541edf08e1dacc181d32ef2e990ad6cd217",
  "03-initialisation": "16b65ebe989f903322880bf11c94e61cf0069c50a9002c208941823a4411d881",
  "04-a-model": "7cf364fe1fbcf7eb1e168d9cca7ffb280fc270225dbff1bc1cb8055a5268e6e8",
  "05-gradient-of-the-loss": "143d7f9f7ebf95bce945d4bc44c7908425963e73329f984e30b8efaffa6075d2",
  "06-backward-of-linear": "b115ead46378e6ba6bf65b69194fde6355f4a7ba0372c5a8fd7b64b665511236",
  "07-activations-backwards": "1ef744eb16eaa1c7b0e01fedc1ce0fdce597f5add598ab5128577b94c6d4795a",
  "08-numeric-gradients": "27c8f1e7e6000a88202e14ae0c3f19cae0b46bfc8e03195235a15bdef28a2174",
  "09-layers-as-classes": "982e2befcfcfe73380f8b1b909a1bc02a1f0d5edd76b2be29bf40e06ab698493",
  "10-autograd": "72fc700877eb1dbaf483233199f8aadab6fcc9ca5eec09fe8badcf35ae19631c",
  "11-classes-and-optimisers": "6697e09a0f96134ec75ac1caa0d940e054b3d9b777cfa7642a46f7ed5ac04160",
  "12-batch-norm": "f7292c746abede5f13fa095f8b0a06b6accb8fd0ce39acdcf098cc034923f1c3",
};
