/** SHA-256 of the lessons that come with this version: checks of a changed file are nobody's. */
export const LESSON_HASHES: Readonly<Record<string, string>> = {
  "01-matrix-products": "0052df2705b489117654815c21e553e68e459e03e20e5c4c6399ded83cc49bd9",
  "02-broadcasting": "8a90a253b4a87b7fab887c09a03925641a0b4924eaf0ec2029f53083dfc07b0a",
  "03-initialisation": "09483d3e6ee70d0c3aba19a6bd1f007c391c8e0d0917199f233308f01c1c4190",
  "04-a-model": "9fb37c3fd662e94d3c2fbddd1342b671f376f6d6084396c661b0157511b620e4",
  "05-gradient-of-the-loss": "143d7f9f7ebf95bce945d4bc44c7908425963e73329f984e30b8efaffa6075d2",
  "06-backward-of-linear": "b115ead46378e6ba6bf65b69194fde6355f4a7ba0372c5a8fd7b64b665511236",
  "07-activations-backwards": "3c6d5f95186f91e2b4286083d7dd7be30dda493990c761c43a3c453001fb25d0",
  "08-numeric-gradients": "fb48824d2b15d577b0385f8be8cfe9ac120f7c6c597efd6993959d7711f6d4be",
  "09-layers-as-classes": "363aa0dd372ee44b8a1c433bf7ebde6f10058f37a2d005e77d1023534afb53c8",
  "10-autograd": "0e353aff7f696be3f086759a0c5f19be4e3b82fe3478ab277e335ddb4c80a944",
  "11-classes-and-optimisers": "0d8d081535a109fd21f7d3ca32f7f3b8a5e18336b48615969d0737d37a84ff35",
  "12-batch-norm": "4bfc3ab3c15dcaa1b9b61db367d344f4381b41df925aad9cc2819030d507e116",
};
