/** SHA-256 of the lessons that come with this version: checks of a changed file are nobody's. */
export const LESSON_HASHES: Readonly<Record<string, string>> = {
  "01-matrix-products": "57c143c0666dd9377a55bfdfa718cbeff734c4a709f98ee940774557ba3b984d",
  "02-broadcasting": "474f637e947ff1218834e74db0b6703bef444949c3162c411f7a7c20d2ef6c9d",
  "03-initialisation": "a8c72277b2d5afd5782b519b9ddfbfbe95baaec13d02d488affc6af6841621a5",
  "04-a-model": "ece648de4f6a84cccf60b60f564f11acf3d5d82e0fbfc7c1b852416997e17787",
  "05-gradient-of-the-loss": "17196cf89297151c73c6fe83bc2c6e9fdff59264d6dcef959379880f8434e102",
  "06-backward-of-linear": "e6a02bddaf6dc3bc0f75d1218f72fe533b2d8f7b9c326e86342740253932a427",
  "07-activations-backwards": "8d989d9e1f891ce4a9bee9c87296dcd3d4513830d1a669e07bc0a9d245094248",
  "08-numeric-gradients": "5d0295b8ae806afb59b6cca4ab09a040d82a3308b0b1d04f1e3a8c3c742057a4",
  "09-layers-as-classes": "2804abf67456566fc2633d0570edcca04205b0778f5c914629ddb479bbcdd96c",
  "10-autograd": "e6859ccc53d0fcb6c3a80453de4e451b259d880b0b75ec16954599484c074c8a",
  "11-classes-and-optimisers": "6eddd653b1c36dbd18c13d78d56e7dc534a1b8140321ef8815d87fef88e43507",
  "12-batch-norm": "a1c01e1d35bf9beac5d00f5e1c9e903eeaa4c9bc713951f87d6295db3b1a1005",
};
