/** The bundler takes style sheets as imports; they give nothing to a program. */
declare module '*.css'
