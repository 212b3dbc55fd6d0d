/** What steps of the chat screen are made of. */
import type { Composer } from "./composer-state.ts"
import type { ChatView, Effect, Step, Toast } from "./view.ts"

export function withComposer(view: ChatView, composer: Composer): ChatView {
  const isOld = view.toast?.ofDraft === true && composer.text !== view.composer.text
  return {
    ...view,
    composer,
    completion: undefined,
    focused: true,
    toast: isOld ? undefined : view.toast,
  }
}

export function told(view: ChatView, text: Toast["text"], tone: Toast["tone"] = "plain"): ChatView {
  return { ...view, toast: { text, tone } }
}

export function effect(view: ChatView, ...effects: Effect[]): Step {
  return { view, effects }
}
