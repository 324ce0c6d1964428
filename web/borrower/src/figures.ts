export * from "../../shared/figures";
